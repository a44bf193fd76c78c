import { CLUSTER_RELEASE } from '../../evidence/cluster/release.ts';
import { NAMES_DNS, type ResolvedHost } from '../../evidence/names/dns.ts';
import type { Check, JudgeContext, Observation } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { warning, withFile } from '../when.ts';

/** Browsers use other name servers than this machine: a name that does not resolve here is a warning at most. */
export const namesDns: Check = {
  id: 'names.dns',
  title: 'the public names resolve',
  phases: ['preflight', 'postflight'],
  severity: warning,
  when: withFile,
  requires: [NAMES_DNS],
  optional: [CLUSTER_RELEASE],
  remedy: 'create a DNS record for each public name, with the address of the ingress or load balancer',
  judge: (context) => {
    const hosts = context.evidence(NAMES_DNS);
    const expected = 'an address for each public name';
    const isEarly = beforeFirstInstall(context);
    const observations = hosts.map((host) => observe(host, isEarly));
    const absent = hosts.filter(({ addresses }) => addresses.length === 0);
    if (absent.length === 0) {
      const words = hosts.map(({ host, addresses }) => `${host} is ${listed(addresses)}`);
      return { ...pass(listed(words), expected), observations };
    }
    const observed = `${listed(absent.map(({ host }) => host))} ${absent.length === 1 ? 'does' : 'do'} not resolve`;
    if (isEarly) {
      const message = `${observed}: no release yet, so the address of the ingress may not be known; postflight decides`;
      return { status: 'skip', observed, expected, message, observations };
    }
    const [first] = absent;
    return {
      ...finding('warn', { observed: `${observed} from this machine`, expected, remedy: nextStep(first) }),
      observations,
    };
  },
};

/**
 * True if no release exists, or releases may not be read: then the address of an ingress is not known yet. False on
 * Compose.
 */
export function beforeFirstInstall(context: JudgeContext): boolean {
  if (deploymentOf(context).target.type === 'compose') return false;
  const release = context.optionalEvidence(CLUSTER_RELEASE);
  return release?.outcome !== 'ok' || release.data?.status === undefined;
}

function observe({ host, addresses, code }: ResolvedHost, isEarly: boolean): Observation {
  const isThere = addresses.length > 0;
  return {
    subject: host,
    from: 'local',
    status: isThere ? 'pass' : isEarly ? 'skip' : 'warn',
    observed: isThere ? listed(addresses) : `does not resolve (${code ?? 'no address'})`,
    expected: 'an address',
  };
}

function nextStep(host: ResolvedHost | undefined): string {
  if (host === undefined) return '';
  return `create a DNS record for ${host.host} (${listed(host.fields)}), then: getent hosts ${host.host}`;
}
