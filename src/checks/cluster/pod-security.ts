import { CLUSTER_NAMESPACE } from '../../evidence/cluster/release.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { finding, listed, pass, some } from '../judgement.ts';
import { error, onKubernetesWithFile } from '../when.ts';

/** The chart's sandbox, plugin daemon and web run as root by default. */
export const podSecurity: Check = {
  id: 'cluster.pod-security',
  title: 'the Pod Security level of the namespace allows the rendered pods',
  phases: ['preflight'],
  severity: error,
  when: onKubernetesWithFile,
  requires: [CLUSTER_NAMESPACE, RENDERED_OBJECTS],
  remedy: 'ask for a change of the namespace label pod-security.kubernetes.io/enforce',
  judge: (context) => {
    const { name, exists, enforces } = context.evidence(CLUSTER_NAMESPACE);
    const { workloads } = context.evidence(RENDERED_OBJECTS);
    if (!exists) return pass('the namespace does not exist yet; the Pod Security level of the cluster will apply');
    if (enforces !== 'baseline' && enforces !== 'restricted')
      return pass(enforces === '' ? 'no level is enforced on the namespace' : `level ${enforces}`);
    const expected = `pods that level ${enforces} allows`;
    const refused = workloads.filter(({ demands }) => demands[enforces].length > 0);
    if (refused.length === 0) return pass(`level ${enforces} allows all rendered pods`, expected);
    const level = workloads.every(({ demands }) => demands.baseline.length === 0) ? 'baseline' : 'privileged';
    const why = [...new Set(refused.flatMap(({ demands }) => demands[enforces]))];
    return finding('fail', {
      observed: `level ${enforces} refuses ${some(refused.map((one) => one.name))}: ${listed(why)}`,
      expected,
      remedy: `kubectl label --overwrite namespace ${name} pod-security.kubernetes.io/enforce=${level}`,
    });
  },
};
