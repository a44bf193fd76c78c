import { shellWord } from '../../base/shell-word.ts';
import { CLUSTER_RELEASE } from '../../evidence/cluster/release.ts';
import { HOST_PORTS } from '../../evidence/host/ports.ts';
import { NAMES_TLS, type PublicTls } from '../../evidence/names/public-tls.ts';
import type { CertificateFact } from '../../net/tls.ts';
import type { Check, JudgeContext, Judgement, Observation } from '../check.ts';
import { worst } from '../judge.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { judgeCertificate } from '../services/certificate.ts';
import { error, whereFile } from '../when.ts';
import { beforeFirstInstall } from './dns.ts';

export const namesCertificate: Check = {
  id: 'names.certificate',
  title: 'the public https addresses have a certificate that browsers accept',
  phases: ['preflight', 'postflight'],
  severity: error,
  when: whereFile(({ urls }) => Object.values(urls).some((url) => url?.startsWith('https://'))),
  requires: [NAMES_TLS],
  optional: [CLUSTER_RELEASE, HOST_PORTS],
  remedy: 'openssl s_client -connect HOST:443 -servername HOST -showcerts </dev/null shows what is served',
  judge: (context) => {
    const origins = context.evidence(NAMES_TLS);
    const from = context.optionalEvidence(NAMES_TLS)?.from ?? 'local';
    const isEarly = servesNothingYet(context);
    const expected = 'a trusted certificate for each public host, valid for 30 days or more';
    const judged = origins.map((origin) => ({ origin, judgement: judgeOrigin(origin, context.now, isEarly) }));
    const observations: readonly Observation[] = judged.map(({ origin, judgement }) => ({
      subject: origin.host,
      from,
      status: judgement.status,
      observed: judgement.observed,
      expected,
    }));
    const status = worst(judged.map(({ judgement }) => judgement.status));
    const grave = judged.filter(({ judgement }) => judgement.status === status);
    const words = listed(grave.map(({ origin, judgement }) => `${origin.host}: ${judgement.observed}`));
    if (status === 'pass') return { ...pass(words, expected), observations };
    if (status === 'skip') return { status, observed: '', expected, message: words, observations };
    const host = grave[0]?.origin.host ?? '';
    const remedy = `openssl s_client -connect ${shellWord(`${host}:443`)} -servername ${shellWord(host)} -showcerts </dev/null`;
    return {
      ...finding(status === 'fail' ? 'fail' : 'warn', { observed: words, expected, message: words, remedy }),
      observations,
    };
  },
};

/**
 * True if nothing of this deployment answers yet: then the ingress controller or another server shows its certificate,
 * and only a good certificate means something.
 */
function servesNothingYet(context: JudgeContext): boolean {
  const { target } = deploymentOf(context);
  if (target.type === 'kubernetes') return beforeFirstInstall(context);
  // A load balancer in front terminates TLS even if nothing runs behind it.
  if (target.tls === undefined) return false;
  return !(context.optionalEvidence(HOST_PORTS)?.data ?? []).some(({ state }) => state === 'own');
}

function judgeOrigin({ certificate, fault: failed }: PublicTls, now: Date, isEarly: boolean): Judgement {
  const expected = 'a certificate';
  const skip = (observed: string): Judgement => ({ status: 'skip', observed, expected, message: observed });
  if (certificate === undefined) {
    const text = failed?.text ?? 'presents no certificate';
    if (isEarly) return skip(`${text}; no release yet, postflight decides`);
    // names.dns checks the names, and a host may be unable to reach its own public address.
    return failed?.stage === 'tls'
      ? finding('fail', { observed: text, expected })
      : skip(`not reachable from this machine: ${text}`);
  }
  const judgement = judgeCertificate(trustedByItsOwn(certificate), now, isCertain(certificate));
  if (judgement.status === 'pass' || !isEarly) return judgement;
  return skip(`${judgement.observed}; no release yet, postflight decides`);
}

/**
 * Removes the distrust of a chain that ends in a private authority: the chain is complete, and its clients are expected
 * to know the authority.
 */
function trustedByItsOwn(certificate: CertificateFact): CertificateFact {
  if (certificate.distrust !== 'SELF_SIGNED_CERT_IN_CHAIN') return certificate;
  const { distrust: _, ...rest } = certificate;
  return rest;
}

/**
 * True if the problem is the same for every client: a wrong host, or a chain without its issuer. Trust differs between
 * clients.
 */
function isCertain({ wrongHost, incomplete }: CertificateFact): boolean {
  return wrongHost !== undefined || incomplete === true;
}
