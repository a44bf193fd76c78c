import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';
import { fakeSecrets } from '../../support/secrets.ts';
import { chartValues } from './support/chart-values.ts';
import { rendered } from './support/rendering.ts';

const PROD: JsonObject = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
const deployed = (components: JsonObject) => parsedDeployment({ ...PROD, components });
const values = (components: JsonObject) => rendered(deployed(components)).values;

describe('an autoscaler', () => {
  test('scales from replicas to the maximum, by CPU unless the file says otherwise', () => {
    expect(values({ api: { autoscaling: { maxReplicas: 9 } } }).api).toMatchObject({
      replicas: 3,
      autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 9, targetCPUUtilizationPercentage: 80 },
    });
  });

  test('by memory alone has no metric for CPU', () => {
    const worker = { replicas: 2, autoscaling: { maxReplicas: 4, memoryPercent: 75 } };
    expect(values({ worker }).worker).toMatchObject({
      replicas: 2,
      autoscaling: {
        enabled: true,
        minReplicas: 2,
        maxReplicas: 4,
        targetCPUUtilizationPercentage: 0,
        targetMemoryUtilizationPercentage: 75,
      },
    });
  });

  test('counts as several replicas: spread, a budget, and the default tolerations for a lost node', () => {
    const alone = rendered(deployed({ web: { replicas: 1 } }));
    const scaled = rendered(deployed({ web: { replicas: 1, autoscaling: { maxReplicas: 4 } } }));
    const names = (set: typeof alone) => set.manifests.map(({ metadata }) => metadata.name);
    expect(names(alone)).not.toContain('dify-web');
    expect(names(scaled)).toContain('dify-web');
    expect(alone.values.web).toHaveProperty('tolerations');
    expect(scaled.values.web).not.toHaveProperty('tolerations');
    expect(scaled.values.web).toHaveProperty('affinity.podAntiAffinity');
  });

  test('of the sandbox is difyctl’s own if the sandbox is', () => {
    const file = {
      ...PROD,
      version: '1.12.1',
      components: { sandbox: { autoscaling: { maxReplicas: 6, cpuPercent: 60 } } },
    };
    const deployment = parsedDeployment(file);
    const set = rendered(deployment, fakeSecrets(deployment), chartValues('0.36.0'));
    expect(set.values.sandbox).toEqual({ enabled: false });
    expect(set.manifests.find(({ kind }) => kind === 'HorizontalPodAutoscaler')).toMatchObject({
      metadata: { name: 'dify-code-sandbox', namespace: 'dify' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'dify-code-sandbox' },
        minReplicas: 3,
        maxReplicas: 6,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
        ],
      },
    });
  });
});

test.each<[string, JsonObject, string]>([
  [
    'below its minimum',
    { api: { replicas: 5, autoscaling: { maxReplicas: 4 } } },
    'autoscaling.maxReplicas: at least 5',
  ],
  ['below the tier’s', { api: { autoscaling: { maxReplicas: 2 } } }, 'autoscaling.maxReplicas: at least 3'],
  ['of what must run once', { beat: { autoscaling: { maxReplicas: 2 } } }, 'components.beat.autoscaling: only for api'],
])('a maximum %s is refused', (_, components, message) => {
  expect(() => deployed(components)).toThrow(message);
});
