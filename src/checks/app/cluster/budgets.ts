import { APP_BUDGETS, type BudgetFact } from '../../../evidence/app/cluster/budgets.ts';
import { RENDERED_OBJECTS, type RenderedSet } from '../../../evidence/rendered/set.ts';
import { hasLabels } from '../../../evidence/rendered/workload.ts';
import type { Check, Observation } from '../../check.ts';
import { counted, finding, pass, some } from '../../judgement.ts';
import { error, onKubernetesWithFile } from '../../when.ts';

const EXPECTED = 'every budget allows the eviction of a pod';

/** Checks that a node can be drained: a budget that allows no eviction blocks the drain without an end. */
export const appBudgets: Check = {
  id: 'app.budgets',
  title: 'the disruption budgets let a node be drained',
  phases: ['postflight'],
  severity: error,
  when: onKubernetesWithFile,
  requires: [RENDERED_OBJECTS, APP_BUDGETS],
  remedy: 'kubectl get poddisruptionbudgets shows them; make the missing pods ready, or delete the foreign budget',
  judge: (context) => {
    const rendered = context.evidence(RENDERED_OBJECTS);
    const live = context.evidence(APP_BUDGETS);
    const planned = new Set((rendered.budgets ?? []).map(({ name }) => name));
    const missing = [...planned].filter((name) => live.every((one) => one.name !== name));
    // A budget without pods blocks nothing.
    const concerned = live.filter((one) => planned.has(one.name) || (one.pods > 0 && selectsPods(one, rendered)));
    const observations = [
      ...missing.map((name) => observation(name, 'fail', 'does not exist')),
      ...concerned.map((one) => observe(one, planned.has(one.name))),
    ];
    const wrong = observations.filter(({ status }) => status === 'fail');
    if (wrong.length > 0) {
      const observed = some(wrong.map((one) => `${one.subject} ${one.observed}`));
      return { ...finding('fail', { observed, expected: EXPECTED }), observations };
    }
    if (observations.length === 0) return pass('no budget applies to the pods', EXPECTED);
    return { ...pass(`${counted(observations.length, 'budget')}, each allows an eviction`, EXPECTED), observations };
  },
};

function observe({ name, allowed, healthy, required, pods }: BudgetFact, isPlanned: boolean): Observation {
  if (allowed === undefined) return observation(name, 'pass', 'is new: the controller has not counted its pods yet');
  if (allowed > 0 || pods === 0) return observation(name, 'pass', `allows ${counted(allowed, 'eviction')}`);
  const state = `allows no eviction: ${healthy} of ${counted(pods, 'pod')} healthy, ${required} required`;
  return observation(name, 'fail', isPlanned ? state : `${state} (the budget is not part of the deployment)`);
}

function observation(name: string, status: 'pass' | 'fail', observed: string): Observation {
  return { subject: `budget ${name}`, from: 'local', status, observed, expected: 'at least 1 eviction' };
}

function selectsPods({ selects }: BudgetFact, { workloads }: RenderedSet): boolean {
  return workloads.some(({ pod }) => hasLabels(selects, pod.labels));
}
