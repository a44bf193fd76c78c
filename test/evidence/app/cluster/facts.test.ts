import { expect, test } from 'vitest';
import { autoscalerFact } from '../../../../src/evidence/app/cluster/autoscalers.ts';
import { budgetFact } from '../../../../src/evidence/app/cluster/budgets.ts';
import { endpointCounts } from '../../../../src/evidence/app/cluster/endpoints.ts';

test('a budget is read with its status, and a status of an older generation does not count', () => {
  const budget = {
    metadata: { name: 'dify-api', generation: 2 },
    spec: { selector: { matchLabels: { component: 'api' } } },
    status: { observedGeneration: 2, disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 3 },
  };
  const fact = {
    name: 'dify-api',
    selects: [{ key: 'component', operator: 'In', values: ['api'] }],
    ...{ allowed: 1, healthy: 3, required: 2, pods: 3 },
  };
  expect(budgetFact(budget)).toEqual(fact);
  expect(budgetFact({ ...budget, metadata: { name: 'dify-api', generation: 3 } })).toEqual({
    ...fact,
    allowed: undefined,
  });
});

test('of an autoscaler, only conditions that must be true are faults', () => {
  const condition = (type: string, status: string) => ({ type, status, reason: 'Why', message: 'what' });
  const object = (...conditions: readonly object[]) => ({ metadata: { name: 'dify-api' }, status: { conditions } });
  expect(autoscalerFact(object(condition('AbleToScale', 'True'), condition('ScalingLimited', 'False')))).toEqual({
    name: 'dify-api',
    faults: [],
    isSeen: false,
  });
  expect(autoscalerFact(object(condition('ScalingActive', 'False')))).toEqual({
    name: 'dify-api',
    faults: [{ type: 'ScalingActive', reason: 'Why', message: 'what' }],
    isSeen: true,
  });
});

test('ready endpoints of a Service are counted once over its slices', () => {
  const slice = (name: string, ...endpoints: readonly object[]) => ({
    metadata: { labels: { 'kubernetes.io/service-name': name } },
    endpoints,
  });
  const pod = (name: string, ready?: boolean) => ({
    addresses: ['10.0.0.1'],
    targetRef: { name },
    conditions: { ready },
  });
  expect(
    endpointCounts([
      slice('dify-api', pod('a', true), pod('b', false), pod('c')),
      slice('dify-api', pod('a', true)),
      slice('dify-web', { addresses: ['10.0.0.9'], conditions: {} }),
      slice('dify-none'),
      { metadata: { labels: {} }, endpoints: [pod('z', true)] },
    ]),
  ).toEqual({ 'dify-api': 2, 'dify-web': 1, 'dify-none': 0 });
});
