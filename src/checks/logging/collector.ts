import { LOG_COLLECTORS } from '../../checklist/log-collectors.ts';
import { CLUSTER_LOG_COLLECTORS } from '../../evidence/cluster/log-collectors.ts';
import type { Check } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { notObserved } from '../services/probed.ts';
import { infoInTest, onKubernetes } from '../when.ts';

/** The kubelet deletes the logs of a container with its pod. */
export const loggingCollector: Check = {
  id: 'logging.collector',
  title: 'a log collector runs in the cluster',
  phases: ['preflight'],
  severity: infoInTest,
  when: onKubernetes,
  requires: [],
  optional: [CLUSTER_LOG_COLLECTORS],
  remedy: 'install a log collector, such as Fluent Bit, or switch on the one of the cloud',
  judge: (context) => {
    const seen = context.optionalEvidence(CLUSTER_LOG_COLLECTORS);
    if (seen?.data === undefined) return notObserved(seen?.missing ?? 'list daemonsets');
    const expected = 'a DaemonSet that collects the logs of containers';
    if (seen.data.length > 0) return pass(`${listed(seen.data)} collects logs`, expected);
    const known = LOG_COLLECTORS.map(({ title }) => title).join(', ');
    return finding('warn', {
      observed: 'no DaemonSet of a known log collector',
      expected,
      message: `no DaemonSet of a known log collector (${known}): the logs of a pod are lost with it`,
    });
  },
};
