import { CLUSTER_RIGHTS } from '../../evidence/cluster/rights.ts';
import type { Check } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { error, onKubernetesWithFile } from '../when.ts';

/** What to install for the kinds that charts render most, by a part of their API group. */
const DEFINED_BY: readonly (readonly [group: string, remedy: string])[] = [
  [
    'gateway.networking.k8s.io',
    'install the Gateway API and a controller for it: https://gateway-api.sigs.k8s.io/guides/',
  ],
  [
    'external-secrets.io',
    'install External Secrets, or set secrets.apiVersion to the version that the cluster serves: https://external-secrets.io/latest/introduction/getting-started/',
  ],
  ['monitoring.coreos.com', 'install the Prometheus operator, or disable its monitors'],
  ['keda.sh', 'install KEDA: https://keda.sh/docs/latest/deploy/, or remove autoscaling.queueLength'],
  ['cert-manager.io', 'install cert-manager: https://cert-manager.io/docs/installation/'],
];

export const clusterKinds: Check = {
  id: 'cluster.kinds',
  title: 'the cluster supports every kind of object that is rendered',
  phases: ['preflight'],
  severity: error,
  when: onKubernetesWithFile,
  requires: [CLUSTER_RIGHTS],
  remedy: 'install the CRDs that define them, or disable the settings that render them',
  judge: (context) => {
    const { unknownKinds } = context.evidence(CLUSTER_RIGHTS);
    const expected = 'every kind that is rendered';
    if (unknownKinds.length === 0) return pass('the cluster supports every kind that is rendered', expected);
    const known = DEFINED_BY.find(([group]) => unknownKinds.some((kind) => kind.includes(group)));
    return finding('fail', {
      observed: `the cluster does not support ${listed(unknownKinds)}`,
      expected,
      ...(known === undefined ? {} : { remedy: known[1] }),
    });
  },
};
