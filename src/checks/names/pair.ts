import { wholeDays } from '../../base/duration.ts';
import { shellWord } from '../../base/shell-word.ts';
import type { CertificatePair } from '../../evidence/names/certificate-pair.ts';
import type { Judgement } from '../check.ts';
import { counted, finding, listed, pass } from '../judgement.ts';

/** Days before a certificate expires at which it is a finding. */
const RENEW_DAYS = 30;
const EXPECTED = 'a certificate for every public host, with its chain and its key, valid for 30 days or more';

/**
 * Judges a certificate before it is served: key, hosts, dates, chain. `place` names its location: a path, or
 * `Secret dify-tls`.
 */
export function judgePair(
  pair: CertificatePair,
  now: Date,
  place: { readonly certificate: string; readonly key: string },
): Judgement {
  const failed = failureOf(pair, now, place);
  if (failed !== undefined) return finding('fail', { ...failed, expected: EXPECTED });
  const days = daysLeft(pair, now);
  const weak = weaknessOf(pair, days);
  if (weak !== undefined) return finding('warn', { observed: weak, expected: EXPECTED });
  return pass(`certificate issued by ${pair.issuer}, ${counted(days, 'day')} left`, EXPECTED);
}

interface Failure {
  readonly observed: string;
  readonly remedy: string;
}

function failureOf(
  pair: CertificatePair,
  now: Date,
  place: { readonly certificate: string; readonly key: string },
): Failure | undefined {
  const { validFrom, validTo, keyFault, uncovered, chain, subject, issuer } = pair;
  const look = `openssl x509 -noout -subject -dates -ext subjectAltName -in ${shellWord(place.certificate)}`;
  if (keyFault !== undefined) {
    return {
      observed: `the key in ${place.key} ${keyFault}`,
      remedy: `replace it with the key of the certificate for ${subject}, in PEM form and without a passphrase`,
    };
  }
  if (Date.parse(validTo) <= now.getTime())
    return {
      observed: `the certificate for ${subject} expired on ${validTo.slice(0, 10)}`,
      remedy: 'renew the certificate',
    };
  if (Date.parse(validFrom) > now.getTime())
    return { observed: `the certificate for ${subject} is valid only from ${validFrom.slice(0, 10)}`, remedy: look };
  if (uncovered.length > 0)
    return { observed: `the certificate for ${subject} is not for ${listed(uncovered)}`, remedy: look };
  if (chain === 'incomplete') {
    return {
      observed: `the certificate of ${issuer}, which issued the one for ${subject}, is missing: clients cannot build the chain`,
      remedy:
        'replace it with the full chain (fullchain.pem): the server’s certificate first, then those of its issuers',
    };
  }
  return undefined;
}

function weaknessOf({ chain, issuer, subject }: CertificatePair, days: number): string | undefined {
  if (days < RENEW_DAYS) return `the certificate for ${subject} expires in ${counted(days, 'day')}`;
  if (chain === 'self-signed') return `the certificate for ${subject} is self-signed: every browser shows a warning`;
  if (chain === 'unknown') return `this machine does not trust ${issuer}, which issued the certificate for ${subject}`;
  return undefined;
}

function daysLeft({ validTo }: CertificatePair, now: Date): number {
  return wholeDays(Date.parse(validTo) - now.getTime());
}
