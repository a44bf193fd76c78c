import { CLUSTER_NAMESPACE } from '../../evidence/cluster/release.ts';
import type { Check } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { error, onKubernetesWithFile } from '../when.ts';

export const clusterNamespace: Check = {
  id: 'cluster.namespace',
  title: 'the namespace exists, or can be created',
  phases: ['preflight'],
  severity: error,
  when: onKubernetesWithFile,
  // Not required: a user who may not read namespaces usually has one already. Other checks cover what is in it.
  requires: [],
  optional: [CLUSTER_NAMESPACE],
  remedy: 'kubectl get namespace',
  judge: (context) => {
    const seen = context.optionalEvidence(CLUSTER_NAMESPACE);
    const expected = 'a namespace that is not being deleted';
    if (seen?.outcome !== 'ok' || seen.data === undefined) {
      if (seen?.outcome === 'denied') return pass(`not checked (${seen.missing}): assumed to exist`, expected);
      return {
        status: 'unknown',
        observed: 'not observed',
        expected,
        message: `not observed: ${seen?.missing ?? 'the namespace'}`,
      };
    }
    const { name, exists, phase } = seen.data;
    if (!exists) return pass(`namespace ${name} will be created`, expected);
    if (phase !== 'Terminating') return pass(`namespace ${name} exists`, expected);
    return finding('fail', {
      observed: `namespace ${name} is being deleted`,
      expected,
      remedy: `wait until it is deleted: kubectl wait --for=delete namespace/${name}`,
    });
  },
};
