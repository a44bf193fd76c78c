import { CLUSTER_RIGHTS, type RightFact } from '../../evidence/cluster/rights.ts';
import type { Check } from '../check.ts';
import { counted, finding, groupBy, pass, some } from '../judgement.ts';
import { error, onKubernetesWithFile } from '../when.ts';

export const clusterPermissions: Check = {
  id: 'cluster.permissions',
  title: 'the user may create every kind of object that the chart and difyctl create',
  phases: ['preflight'],
  severity: error,
  when: onKubernetesWithFile,
  requires: [CLUSTER_RIGHTS],
  remedy: 'ask the administrator of the cluster for the missing rights',
  judge: (context) => {
    const { rights, namespace } = context.evidence(CLUSTER_RIGHTS);
    const expected = `${rights.length} rights in namespace ${namespace}`;
    const denied = rights.filter((right) => !right.allowed);
    if (denied.length === 0) return pass(`all ${expected}`, expected);
    const byResource = groupBy(denied, qualified);
    const words = [...byResource].map(([resource, list]) => `${list.map(({ verb }) => verb).join('/')} ${resource}`);
    return finding('fail', {
      observed: `may not ${some(words)}`,
      expected,
      message: [
        `${counted(denied.length, 'right')} of ${rights.length} missing in namespace ${namespace}`,
        ...words,
      ].join('\n'),
      remedy: grantCommand(namespace, denied),
    });
  },
};

function qualified({ group, resource }: RightFact): string {
  const [name = '', subresource] = resource.split('/');
  const full = group === '' ? name : `${name}.${group}`;
  return subresource === undefined ? full : `${full}/${subresource}`;
}

/**
 * The commands for an administrator: one creates a role with the missing rights of the namespace, one a cluster role
 * with the missing cluster-wide rights. Neither binds its role to the user.
 */
function grantCommand(namespace: string, denied: readonly RightFact[]): string {
  const commands = [
    createCommand(
      `-n ${namespace} create role`,
      denied.filter(({ namespaced }) => namespaced),
    ),
    createCommand(
      'create clusterrole',
      denied.filter(({ namespaced }) => !namespaced),
    ),
  ].filter((command) => command !== undefined);
  return `have an administrator run: ${commands.join(' && ')}, and bind ${commands.length === 1 ? 'it' : 'both'} to you`;
}

function createCommand(create: string, rights: readonly RightFact[]): string | undefined {
  if (rights.length === 0) return undefined;
  const verbs = [...new Set(rights.map(({ verb }) => verb))].join(',');
  const resources = [...new Set(rights.map(qualified))].join(',');
  return `kubectl ${create} difyctl --verb=${verbs} --resource=${resources}`;
}
