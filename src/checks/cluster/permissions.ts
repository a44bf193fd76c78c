import { CLUSTER_RIGHTS, type RightFact } from '../../evidence/cluster/rights.ts';
import type { Check } from '../check.ts';
import { counted, finding, groupBy, pass, some } from '../judgement.ts';
import { error, onKubernetesWithFile } from '../when.ts';

export const clusterPermissions: Check = {
  id: 'cluster.permissions',
  title: 'the user may make every kind of object that the chart makes, and what difyctl itself needs',
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
 * The command for an administrator: it creates a role with the missing rights of the namespace, or a cluster role if
 * only cluster-wide rights are missing. It does not bind the role to the user.
 */
function grantCommand(namespace: string, denied: readonly RightFact[]): string {
  const inNamespace = denied.filter((right) => right.namespaced);
  const list = inNamespace.length > 0 ? inNamespace : denied;
  const verbs = [...new Set(list.map(({ verb }) => verb))].join(',');
  const resources = [...new Set(list.map(qualified))].join(',');
  const kind = inNamespace.length > 0 ? `-n ${namespace} create role` : 'create clusterrole';
  return `have an administrator run: kubectl ${kind} difyctl --verb=${verbs} --resource=${resources}, and bind it to you`;
}
