import { shellWord } from '../../base/shell-word.ts';
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
 * The command for an administrator: it creates a Role with the missing rights of the namespace and a ClusterRole with
 * the missing cluster-wide rights. Each rule grants one resource its missing verbs and nothing else: `kubectl create
 * role` would grant every verb on every resource. The roles are not bound to the user.
 */
function grantCommand(namespace: string, denied: readonly RightFact[]): string {
  const ofKind = (kind: 'Role' | 'ClusterRole') => denied.filter((right) => right.namespaced === (kind === 'Role'));
  const roles = (['Role', 'ClusterRole'] as const)
    .filter((kind) => ofKind(kind).length > 0)
    .map((kind) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind,
      metadata: { name: 'difyctl', ...(kind === 'Role' ? { namespace } : {}) },
      rules: rulesOf(ofKind(kind)),
    }));
  const [only] = roles;
  const object = roles.length === 1 ? only : { apiVersion: 'v1', kind: 'List', items: roles };
  const bound = roles.map(({ kind }) => kind).join(' and the ');
  return `have an administrator run: echo ${shellWord(JSON.stringify(object))} | kubectl create -f -, and bind the ${bound} difyctl to you`;
}

function rulesOf(rights: readonly RightFact[]): readonly object[] {
  return [...groupBy(rights, qualified).values()].map((list) => ({
    apiGroups: [list[0]?.group ?? ''],
    resources: [list[0]?.resource ?? ''],
    verbs: list.map(({ verb }) => verb),
  }));
}
