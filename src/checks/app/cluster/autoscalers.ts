import { APP_AUTOSCALERS, type AutoscalerFact } from '../../../evidence/app/cluster/autoscalers.ts';
import { APP_PROCESSES, type AppProcess } from '../../../evidence/app/inside/processes.ts';
import { type PlannedAutoscaler, RENDERED_OBJECTS, type RenderedSet } from '../../../evidence/rendered/set.ts';
import type { Check, Observation } from '../../check.ts';
import { counted, finding, pass, some } from '../../judgement.ts';
import { errorInProdElseWarning, onKubernetesWithFile } from '../../when.ts';

const EXPECTED = 'every HorizontalPodAutoscaler reads its metrics and can scale';
/**
 * Milliseconds after the start of a pod in which the metrics API may not have it yet: metrics-server scrapes every 15 s
 * and needs two samples, and the controller ignores the CPU of a pod that initializes.
 */
const FIRST_METRICS_MS = 120_000;

/** Checks that autoscalers work: one without metrics never scales, and reports it only in its conditions. */
export const appAutoscalers: Check = {
  id: 'app.autoscalers',
  title: 'every autoscaler reads its metrics',
  phases: ['postflight'],
  severity: errorInProdElseWarning,
  when: onKubernetesWithFile,
  requires: [RENDERED_OBJECTS, APP_AUTOSCALERS, APP_PROCESSES],
  remedy:
    'kubectl describe horizontalpodautoscaler names the metric; see cluster.metrics for the server of the metrics',
  judge: (context) => {
    const rendered = context.evidence(RENDERED_OBJECTS);
    const live = context.evidence(APP_AUTOSCALERS);
    const processes = context.evidence(APP_PROCESSES);
    if (rendered.autoscalers.length === 0) return pass('no autoscaler is rendered', EXPECTED);
    const observations = rendered.autoscalers.map((planned) => {
      const found = live.find(({ name }) => name === planned.name);
      return observe(planned, found, scaledPods(planned, rendered, processes), context.now);
    });
    const wrong = observations.filter(({ status }) => status === 'fail');
    if (wrong.length > 0) {
      const observed = some(wrong.map((one) => `${one.subject} ${one.observed}`));
      return { ...finding('fail', { observed, expected: EXPECTED }), observations };
    }
    if (observations.every(({ status }) => status === 'skip')) {
      const reason = 'every scaled pod is simulated (kwok): it has no metrics';
      return { status: 'skip', observed: reason, expected: EXPECTED, message: reason, observations };
    }
    return { ...pass(`${counted(observations.length, 'autoscaler')} without a fault`, EXPECTED), observations };
  },
};

function scaledPods(
  { scales }: PlannedAutoscaler,
  { workloads }: RenderedSet,
  processes: readonly AppProcess[],
): readonly AppProcess[] {
  const scaled = workloads.find(({ name }) => name === scales?.workload);
  return processes.filter((one) => one.component === scaled?.component && one.pool === scaled?.pool);
}

function observe(
  { name }: PlannedAutoscaler,
  found: AutoscalerFact | undefined,
  pods: readonly AppProcess[],
  now: Date,
): Observation {
  const subject = `autoscaler ${name}`;
  const observation = (status: 'pass' | 'fail' | 'skip', observed: string): Observation => {
    return { subject, from: 'local', status, observed, expected: 'AbleToScale and ScalingActive' };
  };
  if (found === undefined) return observation('fail', 'does not exist');
  if (pods.length > 0 && pods.every(({ simulated }) => simulated)) return observation('skip', 'has simulated pods');
  const isNew = pods.some(({ startedAt }) => now.getTime() - Date.parse(startedAt) < FIRST_METRICS_MS);
  const [fault] = found.faults;
  // ScalingDisabled: a user scaled the workload to 0. The age of its pods explains nothing.
  if (fault !== undefined && !(isNew && fault.reason.startsWith('FailedGet'))) {
    return observation('fail', `is not ${fault.type} (${fault.reason}): ${fault.message}`);
  }
  if (fault === undefined && found.isSeen) return observation('pass', 'reads its metrics');
  return observation(isNew ? 'pass' : 'fail', 'has read no metrics yet');
}
