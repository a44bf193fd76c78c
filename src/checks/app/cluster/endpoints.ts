import { APP_ENDPOINTS } from '../../../evidence/app/cluster/endpoints.ts';
import { type PlannedServiceObject, RENDERED_OBJECTS, type RenderedSet } from '../../../evidence/rendered/set.ts';
import type { Check, Observation } from '../../check.ts';
import { counted, finding, pass, some } from '../../judgement.ts';
import { error, onKubernetesWithFile } from '../../when.ts';

const EXPECTED = 'a ready endpoint behind every Service, and two behind those with several replicas';

/** Checks that requests reach a pod through each Service, also while one pod is replaced. */
export const appEndpoints: Check = {
  id: 'app.endpoints',
  title: 'every Service has enough ready endpoints',
  phases: ['postflight'],
  severity: error,
  when: onKubernetesWithFile,
  requires: [RENDERED_OBJECTS, APP_ENDPOINTS],
  remedy:
    'kubectl get endpointslices shows the addresses; compare the selector of the Service with the labels of the pods',
  judge: (context) => {
    const rendered = context.evidence(RENDERED_OBJECTS);
    const counts = context.evidence(APP_ENDPOINTS);
    const observations = (rendered.services ?? []).flatMap((service) =>
      observe(service, rendered, counts[service.name] ?? 0),
    );
    const wrong = observations.filter(({ status }) => status === 'fail');
    if (wrong.length > 0) {
      const observed = some(wrong.map((one) => `${one.subject} has ${one.observed}, not ${one.expected}`));
      return { ...finding('fail', { observed, expected: EXPECTED }), observations };
    }
    return { ...pass(`${counted(observations.length, 'Service')} with enough endpoints`, EXPECTED), observations };
  },
};

/** None for a Service whose pods no rendered workload runs. */
function observe(
  { name, selector }: PlannedServiceObject,
  { workloads, autoscalers }: RenderedSet,
  ready: number,
): readonly Observation[] {
  const behind = workloads.filter(({ pod }) => hasAll(pod.labels, selector));
  const replicas = behind.reduce((sum, { name: workload, replicas: count }) => {
    const least = autoscalers.find(({ scales }) => scales?.workload === workload)?.scales?.least;
    return sum + (least ?? count);
  }, 0);
  if (replicas === 0) return [];
  const needed = Math.min(2, replicas);
  const observed = counted(ready, 'ready endpoint');
  const status = ready >= needed ? 'pass' : 'fail';
  return [{ subject: `Service ${name}`, from: 'local', status, observed, expected: `${needed} or more` }];
}

function hasAll(labels: Readonly<Record<string, string>>, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}
