import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import type { Json, JsonObject } from '../../../src/base/json.ts';
import { checkChartKeys } from '../../../src/render/kubernetes/chart-keys.ts';
import type { ChartFacts } from '../../../src/render/rendered.ts';
import { renderedCharts } from '../../../src/versions/known-charts.ts';
import { sampleDeployment } from '../../support/deployments.ts';
import { fixtureFacts } from './support/charts.ts';
import { KUBERNETES_SAMPLES, rendered } from './support/rendering.ts';

const facts: ChartFacts = fixtureFacts();

function problems(values: JsonObject, chart = facts): readonly (readonly [string, string])[] {
  try {
    checkChartKeys(values, chart, values);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map(({ path, message }) => [path, message]);
  }
}

describe('a value that the chart would ignore is an error', () => {
  test.each<readonly [JsonObject, string, string]>([
    [{ externalPostgress: { enabled: true } }, 'externalPostgress', 'nearest: externalPostgres'],
    [{ api: { replica: 3 } }, 'api.replica', 'nearest: api.replicas'],
    [{ api: { persistence: { storageClass: 'x' } } }, 'api.persistence.storageClass', 'unknown key'],
    [{ image: { api: { repo: 'x' } } }, 'image.api.repo', 'unknown key'],
    [{ worker: { topologySpreadConstraints: [] } }, 'worker.topologySpreadConstraints', 'unknown key'],
    [{ beat: { replicas: 3 } }, 'beat.replicas', 'unknown key'],
  ])('%j', (values, path, message) => {
    expect(problems(values)).toEqual([[path, expect.stringContaining(message)]]);
  });

  test('all are reported together', () => {
    expect(problems({ apii: {}, worker: { replica: 1 }, api: { replicas: '3' } }).map(([path]) => path)).toEqual([
      'apii',
      'worker.replica',
      'api.replicas',
    ]);
  });
});

describe('values that the chart accepts', () => {
  test.each<JsonObject>([
    { api: { resources: { limits: { 'nvidia.com/gpu': 1 } }, affinity: { nodeAffinity: {} } } },
    { api: { podSecurityContext: { runAsGroup: 3 }, updateStrategy: { rollingUpdate: { maxSurge: 1 } } } },
    { api: { persistence: { annotations: { 'a.b/c': 'd' }, persistentVolumeClaim: { storageClass: 'fast' } } } },
    { worker: { extraEnv: [{ name: 'A', value: 'b' }] } },
    { nameOverride: 'x', fullnameOverride: 'y', labels: { a: 'b' }, service: { nodePort: 30080 } },
    { image: { web: { pullSecrets: ['regcred'] } } },
    { postgresql: { global: { postgresql: { auth: { existingSecret: 's' } } } } },
    { proxy: { workerProcesses: 4 } },
    { externalS3: { bucketName: { pluginDaemon: 'b' } } },
  ])('%j', (values) => {
    expect(problems(values)).toEqual([]);
  });
});

describe('the next step names the wrong value', () => {
  const nextOf = (values: JsonObject, extra: JsonObject): readonly string[] => {
    try {
      checkChartKeys(values, facts, extra);
      return [];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return error.next;
    }
  };
  const chart = `set target.chart to a chart that accepts it: difyctl renders the community charts ${renderedCharts().join(', ')}`;

  test.each<readonly [string, JsonObject, readonly string[]]>([
    ['a path that extraValues holds', { api: { replica: 3 } }, ['correct the path in extraValues', `or ${chart}`]],
    ['a path that difyctl renders', {}, [chart]],
    ['another path in extraValues', { web: { replica: 3 } }, [chart]],
  ])('%s', (_, extra, next) => {
    expect(nextOf({ api: { replica: 3 } }, extra)).toEqual(next);
  });
});

describe('types', () => {
  test.each<readonly [string, Json, boolean]>([
    ['api.replicas', '3', false],
    ['api.replicas', 3, true],
    ['api.replicas', 1.5, false],
    ['api.enabled', 'yes', false],
    ['api.extraEnv', {}, false],
    ['externalPostgres.port', '5432', false],
    ['externalPostgres.password', null, false],
    ['externalQdrant.timeout', '20', false],
    ['ingress.hosts', {}, false],
    ['ingress', 'on', false],
    ['web.extraEnv', null, true],
  ])('%s: %j', (path, value, accepted) => {
    const values = path.split('.').reduceRight<Json>((inner, key) => ({ [key]: inner }), value) as JsonObject;
    expect(problems(values).length === 0).toBe(accepted);
  });
});

test.each(KUBERNETES_SAMPLES)('%s passes the whole schema', (name) => {
  const validate = new Ajv({ strict: false }).compile(facts.schema ?? {});
  validate(rendered(sampleDeployment(name)).values);
  expect(validate.errors).toBeNull();
});

test('a chart without a schema is judged by its defaults', () => {
  const bare = { ...facts, schema: undefined };
  expect(problems({ api: { replicas: '3' } }, bare)).toEqual([['api.replicas', 'must be number']]);
});
