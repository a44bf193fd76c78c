import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/base/json.ts';
import { APP_AUTOSCALERS, type AutoscalerFact } from '../../../../src/evidence/app/cluster/autoscalers.ts';
import { APP_BUDGETS, type BudgetFact } from '../../../../src/evidence/app/cluster/budgets.ts';
import { APP_ENDPOINTS, type EndpointCounts } from '../../../../src/evidence/app/cluster/endpoints.ts';
import { APP_PROCESSES, type AppProcess } from '../../../../src/evidence/app/inside/processes.ts';
import { renderedSet } from '../../../../src/evidence/rendered/kubernetes.ts';
import { RENDERED_OBJECTS, type RenderedSet } from '../../../../src/evidence/rendered/set.ts';
import { checkOf, judged } from '../../../support/check-runs.ts';
import { sampleDeployment } from '../../../support/deployments.ts';

const prod = sampleDeployment('prod-kubernetes-s3-qdrant');
const inZones = { ...prod, recovery: { ...prod.recovery, topology: { zones: 3 } } } as typeof prod;
const labels = { 'app.kubernetes.io/instance': 'dify', component: 'api' };
const selector = { matchLabels: labels };

type Rule = 'soft' | 'hard' | 'none';

function antiAffinity(rule: Rule): JsonObject {
  const term = (topologyKey: string) => ({ topologyKey, labelSelector: selector });
  const zone = { weight: 50, podAffinityTerm: term('topology.kubernetes.io/zone') };
  const node = term('kubernetes.io/hostname');
  if (rule === 'none') return {};
  return rule === 'hard'
    ? {
        requiredDuringSchedulingIgnoredDuringExecution: [node],
        preferredDuringSchedulingIgnoredDuringExecution: [zone],
      }
    : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: node }, zone] };
}

/** An api with its Service, its budget and its autoscaler. */
function rendered(rule: Rule = 'soft', replicas = 3): RenderedSet {
  const metadata = { name: 'dify-api' };
  const template = {
    metadata: { labels },
    spec: { containers: [], affinity: { podAntiAffinity: antiAffinity(rule) } },
  };
  return renderedSet([
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas, template } },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels } },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'elsewhere' }, spec: { selector: { component: 'other' } } },
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: { selector } },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: { scaleTargetRef: { name: 'dify-api' }, minReplicas: replicas, maxReplicas: 6 },
    },
  ]);
}

/** A running api on each of these nodes; `n1/z2` names the zone too. */
function pods(...places: readonly string[]): readonly AppProcess[] {
  return places.map((place, index) => {
    const [node = '', zone = ''] = place.split('/');
    const startedAt = '2026-11-22T11:00:00Z';
    return { component: 'api', host: `dify-api-${index}`, startedAt, node, zone, simulated: false };
  });
}

/** The same pods as those of another workload. */
const inPool = (processes: readonly AppProcess[]) => processes.map((one) => ({ ...one, pool: 'dataset' }));

const short = ({ status, observed }: { readonly status: string; readonly observed: string }) => [status, observed];

describe('app.spread', () => {
  const rows: readonly (readonly [Rule, readonly AppProcess[], string, string])[] = [
    ['soft', pods('n1/z1', 'n2/z2', 'n3/z3'), 'pass', '1 workload spread'],
    ['soft', pods('n1/z1', 'n1/z1', 'n2/z2'), 'pass', '1 workload spread'],
    ['soft', pods('n1/z1', 'n1/z1', 'n1/z1'), 'fail', 'dify-api: all 3 pods on node n1'],
    ['soft', pods('n1/z1', 'n2/z1', 'n3/z1'), 'fail', 'dify-api: all 3 pods in zone z1'],
    ['hard', pods('n1/z1', 'n1/z1', 'n2/z2'), 'fail', 'dify-api: 3 pods on 2 nodes'],
    ['hard', [...pods('n1/z1', 'n2/z2'), ...inPool(pods('n1/z1', 'n1/z1'))], 'pass', '1 workload spread'],
    ['none', pods('n1/z1', 'n1/z1'), 'pass', 'no workload is rendered to be spread'],
    ['soft', pods('n1/z1'), 'pass', 'no workload is rendered to be spread'],
    ['soft', [], 'pass', 'no workload is rendered to be spread'],
  ];
  test.each(rows)('%s, %j: %s', (rule, processes, status, observed) => {
    const seen = [
      [RENDERED_OBJECTS, rendered(rule)],
      [APP_PROCESSES, processes],
    ] as const;
    expect(short(judged(checkOf('app.spread'), { deployment: inZones, seen }))).toEqual([status, observed]);
  });
});

describe('app.budgets', () => {
  const selects = [{ key: 'component', operator: 'In', values: ['api'] }];
  const own: BudgetFact = { name: 'dify-api', selects, allowed: 1, healthy: 3, required: 2, pods: 3 };
  const foreign = { ...own, name: 'by-hand', allowed: 0, required: 3 };
  const rows: readonly (readonly [readonly BudgetFact[], string, string])[] = [
    [[own], 'pass', '1 budget, each allows an eviction'],
    [[{ ...own, allowed: undefined }], 'pass', '1 budget, each allows an eviction'],
    [[], 'fail', 'budget dify-api does not exist'],
    [
      [{ ...own, allowed: 0, healthy: 2 }],
      'fail',
      'budget dify-api allows no eviction: 2 of 3 pods healthy, 2 required',
    ],
    [
      [own, foreign],
      'fail',
      'budget by-hand allows no eviction: 3 of 3 pods healthy, 3 required (the budget is not part of the deployment)',
    ],
    [[own, { ...foreign, pods: 0 }], 'pass', '1 budget, each allows an eviction'],
    [
      [own, { ...foreign, selects: [{ key: 'component', operator: 'In', values: ['shop'] }] }],
      'pass',
      '1 budget, each allows an eviction',
    ],
  ];
  test.each(rows)('%j: %s', (budgets, status, observed) => {
    const seen = [
      [RENDERED_OBJECTS, rendered()],
      [APP_BUDGETS, budgets],
    ] as const;
    expect(short(judged(checkOf('app.budgets'), { deployment: prod, seen }))).toEqual([status, observed]);
  });
});

describe('app.autoscalers', () => {
  const good: AutoscalerFact = { name: 'dify-api', faults: [], isSeen: true };
  const unread = { type: 'ScalingActive', reason: 'FailedGetResourceMetric', message: 'no metrics returned' };
  const disabled = { type: 'ScalingActive', reason: 'ScalingDisabled', message: 'the replica count is zero' };
  const young = pods('n1').map((one) => ({ ...one, startedAt: '2026-11-22T11:59:30Z' }));
  const simulated = pods('n1').map((one) => ({ ...one, simulated: true }));
  const rows: readonly (readonly [readonly AutoscalerFact[], readonly AppProcess[], string, string])[] = [
    [[good], pods('n1'), 'pass', '1 autoscaler without a fault'],
    [[], pods('n1'), 'fail', 'autoscaler dify-api does not exist'],
    [
      [{ ...good, faults: [unread] }],
      pods('n1'),
      'fail',
      'autoscaler dify-api is not ScalingActive (FailedGetResourceMetric): no metrics returned',
    ],
    [[{ ...good, faults: [unread] }], young, 'pass', '1 autoscaler without a fault'],
    [
      [{ ...good, faults: [disabled] }],
      [],
      'fail',
      'autoscaler dify-api is not ScalingActive (ScalingDisabled): the replica count is zero',
    ],
    [[{ ...good, isSeen: false }], pods('n1'), 'fail', 'autoscaler dify-api has read no metrics yet'],
    [[{ ...good, faults: [unread] }], simulated, 'skip', 'every scaled pod is simulated (kwok): it has no metrics'],
  ];
  test.each(rows)('%j, %j: %s', (autoscalers, processes, status, observed) => {
    const seen = [
      [RENDERED_OBJECTS, rendered()],
      [APP_AUTOSCALERS, autoscalers],
      [APP_PROCESSES, processes],
    ] as const;
    expect(short(judged(checkOf('app.autoscalers'), { deployment: prod, seen }))).toEqual([status, observed]);
  });
});

describe('app.endpoints', () => {
  const rows: readonly (readonly [EndpointCounts, string, string])[] = [
    [{ 'dify-api': 3 }, 'pass', '1 Service with enough endpoints'],
    [{ 'dify-api': 2 }, 'pass', '1 Service with enough endpoints'],
    [{ 'dify-api': 1 }, 'fail', 'Service dify-api has 1 ready endpoint, not 2 or more'],
    [{}, 'fail', 'Service dify-api has 0 ready endpoints, not 2 or more'],
  ];
  test.each(rows)('%j: %s', (counts, status, observed) => {
    const seen = [
      [RENDERED_OBJECTS, rendered()],
      [APP_ENDPOINTS, counts],
    ] as const;
    expect(short(judged(checkOf('app.endpoints'), { deployment: prod, seen }))).toEqual([status, observed]);
  });

  test('one replica needs one endpoint', () => {
    const seen = [
      [RENDERED_OBJECTS, rendered('none', 1)],
      [APP_ENDPOINTS, { 'dify-api': 1 }],
    ] as const;
    expect(short(judged(checkOf('app.endpoints'), { deployment: prod, seen }))).toEqual([
      'pass',
      '1 Service with enough endpoints',
    ]);
  });
});
