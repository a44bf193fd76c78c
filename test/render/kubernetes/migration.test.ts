import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { KubernetesObject, RenderedKubernetes } from '../../../src/render/rendered.ts';
import { parsedDeployment, SAMPLE_FILES, sampleDeployment } from '../../support/deployments.ts';
import { rendered } from './support/rendering.ts';

const PROD: JsonObject = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
const set = (over: JsonObject = {}): RenderedKubernetes => rendered(parsedDeployment({ ...PROD, ...over }));
const jobsOf = ({ manifests }: RenderedKubernetes) => manifests.filter(({ kind }) => kind === 'Job');

interface Template {
  readonly metadata: { readonly labels: JsonObject };
  readonly spec: {
    readonly containers: readonly { readonly env: readonly JsonObject[]; readonly image: string }[];
  };
}

function templateOf(job: KubernetesObject | undefined): Template {
  if (job === undefined) throw new Error('no Job is rendered');
  return (job.spec as JsonObject).template as unknown as Template;
}

describe('with external PostgreSQL and Redis', () => {
  const { values, manifests } = set();
  const [job] = jobsOf(set());

  test('one Job migrates, and no api pod does', () => {
    expect(values.api).toMatchObject({ migration: false });
    expect(job).toMatchObject({
      apiVersion: 'batch/v1',
      metadata: { name: expect.stringMatching(/^dify-migration-[0-9a-f]{10}$/), namespace: 'dify' },
      spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never' } } },
    });
  });

  test('it has the api’s image, environment, secrets and certificates', () => {
    const [container] = templateOf(job).spec.containers;
    expect(container?.image).toBe('langgenius/dify-api:1.16.1');
    expect(container?.env).toEqual(
      expect.arrayContaining([
        { name: 'DB_HOST', value: 'pg.example.internal' },
        { name: 'MIGRATION_ENABLED', value: 'true' },
        { name: 'MODE', value: 'migration' },
        { name: 'SECRET_KEY', valueFrom: { secretKeyRef: expect.objectContaining({ key: 'secrets.secretKey' }) } },
      ]),
    );
    expect(templateOf(job).spec).toMatchObject({ volumes: [{ secret: {} }], containers: [{ volumeMounts: [{}] }] });
  });

  test('no Service and no budget selects its pod', () => {
    expect(Object.keys(templateOf(job).metadata.labels)).not.toContain('component');
    expect(manifests.filter(({ kind }) => kind === 'PodDisruptionBudget')).toHaveLength(7);
  });

  test('another release, database or secret is another Job; another component is not', () => {
    const name = (over: JsonObject) => jobsOf(set(over))[0]?.metadata.name;
    const web = { components: { web: { replicas: 5 } } };
    const moved = { postgres: { ...(PROD.postgres as JsonObject), host: 'other.example.internal' } };
    expect(name(web)).toBe(name({}));
    expect(new Set([name({}), name({ version: '1.16.0' }), name(moved)]).size).toBe(3);
  });
});

test.each<[string, RenderedKubernetes]>([
  ['bundled data services', rendered(sampleDeployment('test-kubernetes-bundled'))],
  ['the chart’s way, if the file says so', set({ extraValues: { api: { migration: true } } })],
])('the api migrates by itself: %s', (_, one) => {
  expect(jobsOf(one)).toEqual([]);
  expect(one.values.api).not.toMatchObject({ migration: false });
});
