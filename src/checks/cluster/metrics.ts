import { shellWord } from '../../base/shell-word.ts';
import { METRICS_APIS } from '../../evidence/cluster/metrics-apis.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { finding, listed, pass, some } from '../judgement.ts';
import { infoInTest, onKubernetesWithFile } from '../when.ts';

const METRICS_SERVER =
  'install metrics-server: kubectl apply -f https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml';

export const clusterMetrics: Check = {
  id: 'cluster.metrics',
  title: 'the cluster serves the metrics that autoscalers read',
  phases: ['preflight'],
  severity: infoInTest,
  when: onKubernetesWithFile,
  requires: [RENDERED_OBJECTS, METRICS_APIS],
  remedy: 'install a server for these metrics (such as prometheus-adapter), or disable autoscaling',
  judge: (context) => {
    const { autoscalers } = context.evidence(RENDERED_OBJECTS);
    if (autoscalers.length === 0) return pass('no HorizontalPodAutoscaler is rendered');
    const states = context.evidence(METRICS_APIS);
    const expected = 'an answer from every metrics API that is read';
    const lacking = Object.entries(states).filter(([, state]) => state !== 'serves');
    if (lacking.length === 0) return pass(`${listed(Object.keys(states))} served`, expected);
    const affected = autoscalers.filter(({ apis }) => apis.some((api) => lacking.some(([group]) => group === api)));
    const words = lacking.map(([group, state]) =>
      state === 'missing' ? `nothing serves ${group}` : `${group} is registered but does not answer`,
    );
    const silent = lacking.find(([, state]) => state === 'silent')?.[0];
    const isServers = lacking.some(([group, state]) => group === 'metrics.k8s.io' && state === 'missing');
    const remedy = isServers
      ? METRICS_SERVER
      : silent && `kubectl describe apiservice ${shellWord(`v1beta1.${silent}`)}`;
    return finding('warn', {
      observed: listed(words),
      expected,
      message: `${listed(words)}: ${some(affected.map(({ name }) => name))} would never scale`,
      ...(remedy === undefined ? {} : { remedy }),
    });
  },
};
