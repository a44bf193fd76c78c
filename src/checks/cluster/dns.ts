import { CLUSTER_DNS } from '../../evidence/cluster/dns.ts';
import type { Check } from '../check.ts';
import { counted, finding, pass } from '../judgement.ts';
import { errorInProdElseWarning, onKubernetes } from '../when.ts';

export const clusterDns: Check = {
  id: 'cluster.dns',
  title: 'the cluster resolves names',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onKubernetes,
  requires: [CLUSTER_DNS],
  remedy: 'kubectl -n kube-system get pods -l k8s-app=kube-dns',
  judge: (context) => {
    const { pods, ready } = context.evidence(CLUSTER_DNS);
    const expected = 'at least one DNS pod that is ready';
    if (pods === 0)
      return pass('no pods labelled k8s-app=kube-dns; DNS is assumed to run outside the cluster', expected);
    const observed = `${ready} of ${counted(pods, 'DNS pod')} ready`;
    if (ready > 0) return pass(observed, expected);
    return finding('fail', { observed, expected, message: `${observed}: names of Services would not resolve` });
  },
};
