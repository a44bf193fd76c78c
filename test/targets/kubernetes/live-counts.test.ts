import { describe, expect, test } from 'vitest';
import type { KubernetesObject, RenderedKubernetes } from '../../../src/render/rendered.ts';
import { withCounts, withoutCounts } from '../../../src/targets/kubernetes/live-counts.ts';

const scaling = { enabled: true, minReplicas: 3, maxReplicas: 9 };
const sandbox: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'dify-code-sandbox', labels: { component: 'sandbox' } },
  spec: { replicas: 3, paused: false },
};
const scaler: KubernetesObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'dify-code-sandbox' },
  spec: { scaleTargetRef: { kind: 'Deployment', name: 'dify-code-sandbox' }, minReplicas: 3, maxReplicas: 5 },
};
const SET: RenderedKubernetes = {
  target: 'kubernetes',
  files: [],
  values: { api: { replicas: 3, autoscaling: scaling }, apiWebsocket: { replicas: 1 }, web: { replicas: 3 } },
  manifests: [sandbox, scaler],
  secret: { name: 's', data: {} },
};

describe('an upgrade keeps the replicas of an autoscaler', () => {
  test.each([
    [7, 7],
    [1, 3],
    [0, 3],
    [12, 9],
  ])('%i live replicas are applied as %i, within its limits', (live, applied) => {
    const { values } = withCounts(SET, new Map([['api', live]]));
    expect(values.api).toEqual({ replicas: applied, autoscaling: scaling });
  });

  test('a Deployment that does not exist yet starts with the minimum', () => {
    expect(withCounts(SET, new Map())).toEqual(SET);
  });

  test('a Deployment without an autoscaler has the planned number', () => {
    const { values } = withCounts(
      SET,
      new Map([
        ['web', 8],
        ['api-websocket', 2],
      ]),
    );
    expect(values).toEqual(SET.values);
  });

  test('keeps those of the sandbox beside the chart', () => {
    const { manifests } = withCounts(SET, new Map([['sandbox', 7]]));
    expect(manifests).toEqual([{ ...sandbox, spec: { replicas: 5, paused: false } }, scaler]);
  });
});

test('replicas of a scaled workload are not compared', () => {
  const other = { ...sandbox, metadata: { name: 'dify-web' } };
  expect(withoutCounts([sandbox, other], new Set(['Deployment/dify-code-sandbox']))).toEqual([
    { ...sandbox, spec: { paused: false } },
    other,
  ]);
});
