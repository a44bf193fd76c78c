import { BlockList, isIPv6 } from 'node:net';
import { POLICY_ENGINES } from '../../checklist/policy-engines.ts';
import { CLUSTER_POLICY_ENGINES, type PolicyEnginesFact } from '../../evidence/cluster/policy-engines.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { counted, deploymentOf, finding, listed, pass, some } from '../judgement.ts';
import { infoInTest, onKubernetesWithFile } from '../when.ts';

/** The API server accepts policies also if nothing enforces them. */
export const clusterNetworkPolicy: Check = {
  id: 'cluster.network-policy',
  title: 'NetworkPolicies are rendered, and something enforces them',
  phases: ['preflight'],
  severity: infoInTest,
  when: onKubernetesWithFile,
  requires: [RENDERED_OBJECTS, CLUSTER_POLICY_ENGINES],
  remedy: 'install a network plugin that enforces NetworkPolicies, or switch on the one of the cloud',
  judge: (context) => {
    const { objects } = context.evidence(RENDERED_OBJECTS);
    const seen = context.evidence(CLUSTER_POLICY_ENGINES);
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    const expected = 'NetworkPolicies that a policy engine enforces';
    if (policies.length === 0) return withoutPolicies(context.tier === 'prod', expected);
    const rendered = `${counted(policies.length, 'NetworkPolicy', 'NetworkPolicies')} rendered`;
    if (seen.engines.length === 0) {
      const known = some([...new Set(POLICY_ENGINES.map(({ title }) => title))]);
      const where = seen.by === 'groups' ? 'no API group' : 'no DaemonSet';
      return finding('warn', {
        observed: `${rendered}, unenforced: ${where} of a policy engine was observed`,
        expected,
        message: `${rendered}, unenforced: ${where} of a policy engine (${known}) was observed, so code of apps reaches every service of the cluster`,
      });
    }
    const { target } = deploymentOf(context);
    const named = target.type === 'kubernetes' ? target.networkPolicy.apiServer : [];
    return pass(`${rendered}, enforced by ${listed(seen.engines)}${openServer(seen, named)}`, expected);
  },
};

function withoutPolicies(isProd: boolean, expected: string) {
  const observed = 'no NetworkPolicy is rendered';
  if (!isProd) return pass(observed);
  return finding('warn', {
    observed,
    expected,
    message: `${observed}: code of apps reaches every service of the cluster`,
    remedy: 'set target.networkPolicy.enabled: true',
  });
}

/** The addresses of the API server that no policy names, with the field that names them; otherwise empty. */
function openServer({ apiServer }: PolicyEnginesFact, named: readonly string[]): string {
  const open = apiServer.filter((address) => !isNamed(address, named));
  if (open.length === 0) return '';
  const ranges = open.map((address) => `${address}/${isIPv6(address) ? 128 : 32}`);
  return `; to close the API server too, set target.networkPolicy.apiServer: [${ranges.join(', ')}]`;
}

function isNamed(address: string, named: readonly string[]): boolean {
  const family = (text: string) => (text.includes(':') ? 'ipv6' : 'ipv4');
  const list = new BlockList();
  for (const range of named) {
    const [network = '', bits = ''] = range.split('/');
    list.addSubnet(network, Number(bits), family(network));
  }
  return list.check(address, family(address));
}
