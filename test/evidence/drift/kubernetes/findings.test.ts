import { describe, expect, test } from 'vitest';
import type { Drift } from '../../../../src/evidence/drift/drift.ts';
import { findings } from '../../../../src/evidence/drift/kubernetes/findings.ts';
import type { KubernetesObject } from '../../../../src/render/rendered.ts';
import { restored } from '../../../../src/targets/kubernetes/drift.ts';

const AT = '2026-11-28T12:00:00Z';
const LATER = '2026-11-28T13:00:00Z';

/** A Deployment as the chart renders it. */
const applied: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'api', labels: { app: 'dify' } },
  spec: {
    replicas: 3,
    template: {
      metadata: { annotations: null },
      spec: {
        containers: [
          {
            name: 'api',
            image: 'dify-api:1',
            env: [
              { name: 'LOG_LEVEL', value: 'INFO' },
              { name: 'EMPTY', value: '' },
            ],
            resources: { limits: { cpu: '1000m', memory: '1024Mi' } },
            volumeMounts: [],
          },
        ],
        volumes: [{ name: 'files', configMap: { name: 'files', defaultMode: 420 } }],
      },
    },
  },
};
const CONTAINER = ['spec', 'template', 'spec', 'containers', 0] as const;

type Edit = readonly [path: readonly (string | number)[], value: unknown];
type Fields = Record<string, unknown>;

/** What lives: the applied object as the server keeps it, then edited, with these writers beside helm. */
function living(edits: readonly Edit[], writers: readonly object[] = [], from: KubernetesObject = applied): unknown {
  const object = structuredClone(from) as unknown as Fields;
  const entry = { manager: 'helm', operation: 'Apply', time: AT, fieldsV1: fieldsOf(from) };
  object.metadata = { ...(object.metadata as Fields), managedFields: [entry, ...writers], uid: '1' };
  object.status = { replicas: 3 };
  for (const [path, value] of edits) {
    const parent = path.slice(0, -1).reduce<Fields>((below, step) => below[step] as Fields, object);
    const last = path.at(-1) ?? '';
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return object;
}

/** FieldsV1 of a whole object: everything in it is the manager's. */
function fieldsOf(value: unknown): Fields {
  if (Array.isArray(value)) {
    return Object.fromEntries(
      value.map((item: { name: string }) => [`k:${JSON.stringify({ name: item.name })}`, fieldsOf(item)]),
    );
  }
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [`f:${key}`, fieldsOf(below)]));
}

const ENV_ITEM = (name: string) => ({
  'k:{"name":"api"}': { 'f:env': { [`k:{"name":"${name}"}`]: { '.': {}, 'f:value': {} } } },
});
const inPod = (containers: object) => ({ 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': containers } } } });
const by = (manager: string, fieldsV1: object) => ({ manager, operation: 'Update', time: LATER, fieldsV1 });

const seen = (live: unknown, objects: readonly KubernetesObject[] = [applied]): readonly Drift[] =>
  findings({ objects, appliers: ['helm', 'difyctl'] }, ({ kind }) => (kind === 'Deployment' ? live : {})).map(
    ({ drift }) => drift,
  );

describe('no drift', () => {
  test.each<[string, unknown]>([
    [
      'the server’s own way to write quantities',
      living([[[...CONTAINER, 'resources'], { limits: { cpu: '1', memory: '1Gi' } }]]),
    ],
    ['an empty text that the server drops', living([[[...CONTAINER, 'env', 1], { name: 'EMPTY' }]])],
    ['defaults', living([[['spec', 'revisionHistoryLimit'], 10]])],
    ['what admission changed when it was applied', living([[[...CONTAINER, 'image'], 'mirror.test/dify-api:1']])],
    [
      'kubectl rollout restart',
      living(
        [[['spec', 'template', 'metadata', 'annotations'], { 'kubectl.kubernetes.io/restartedAt': LATER }]],
        [
          by('kubectl-rollout', {
            'f:spec': {
              'f:template': { 'f:metadata': { 'f:annotations': { 'f:kubectl.kubernetes.io/restartedAt': {} } } },
            },
          }),
        ],
      ),
    ],
    [
      'a label that somebody adds',
      living(
        [[['metadata', 'labels', 'team'], 'ops']],
        [by('kubectl-label', { 'f:metadata': { 'f:labels': { 'f:team': {} } } })],
      ),
    ],
    [
      'a sidecar of an operator',
      living(
        [[['spec', 'template', 'spec', 'containers', 1], { name: 'agent', image: 'agent:1' }]],
        [by('agent-operator', inPod({ 'k:{"name":"agent"}': { '.': {}, 'f:image': {} } }))],
      ),
    ],
  ])('%s', (_, live) => {
    expect(seen(live)).toEqual([]);
  });

  const scaler: KubernetesObject = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'api' },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'api' } },
  };
  test.each([
    [7, []],
    [0, [expect.objectContaining({ path: 'spec.replicas', was: '3', is: '0' })]],
  ])('replicas of an autoscaler, unless it is switched off: %i', (replicas, drift) => {
    const live = living([[['spec', 'replicas'], replicas]], []);
    delete ((live as Fields).metadata as Fields).managedFields;
    const found = findings({ objects: [applied, scaler], appliers: ['helm'] }, ({ kind }) =>
      kind === 'Deployment' ? live : scaler,
    );
    expect(found.map((one) => one.drift)).toEqual(drift);
  });

  test('a claim that has grown', () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { size: '5Gi' },
    };
    expect(findings({ objects: [claim], appliers: [] }, () => ({ ...claim, spec: { size: '9Gi' } }))).toEqual([]);
  });
});

describe('drift', () => {
  const named = { kind: 'Deployment', name: 'api' };
  const author = (manager: string) => ({ by: { manager, at: LATER } });

  test.each<[string, unknown, object]>([
    ['nothing is there', undefined, { ...named, change: 'gone' }],
    [
      'an image',
      living(
        [[[...CONTAINER, 'image'], 'other:2']],
        [by('kubectl-set', inPod({ 'k:{"name":"api"}': { 'f:image': {} } }))],
      ),
      {
        ...{
          ...named,
          change: 'changed',
          path: 'spec.template.spec.containers[api].image',
          was: 'dify-api:1',
          is: 'other:2',
        },
        ...author('kubectl-set'),
      },
    ],
    [
      'a variable that is added',
      living(
        [[[...CONTAINER, 'env', 2], { name: 'TRACE', value: 'on' }]],
        [by('kubectl-edit', inPod(ENV_ITEM('TRACE')))],
      ),
      {
        ...named,
        change: 'added',
        path: 'spec.template.spec.containers[api].env[TRACE]',
        is: 'on',
        ...author('kubectl-edit'),
      },
    ],
    [
      'a variable whose name sounds secret: no value',
      living(
        [[[...CONTAINER, 'env', 2], { name: 'API_KEY', value: 'planted' }]],
        [by('kubectl-edit', inPod(ENV_ITEM('API_KEY')))],
      ),
      {
        ...named,
        change: 'added',
        path: 'spec.template.spec.containers[api].env[API_KEY]',
        secret: true,
        ...author('kubectl-edit'),
      },
    ],
    [
      'a variable that is removed, by nobody on record',
      living([[[...CONTAINER, 'env'], [{ name: 'EMPTY' }]]]),
      { ...named, change: 'removed', path: 'spec.template.spec.containers[api].env[LOG_LEVEL]', was: 'INFO' },
    ],
    [
      'a rollout that is paused',
      living([[['spec', 'paused'], true]], [by('kubectl-rollout', { 'f:spec': { 'f:paused': {} } })]),
      { ...named, change: 'added', path: 'spec.paused', is: 'true', ...author('kubectl-rollout') },
    ],
  ])('%s', (_, live, drift) => {
    const found = findings({ objects: [applied], appliers: ['helm'] }, () => live);
    expect(found.map((one) => one.drift)).toEqual([drift]);
  });

  test('a Secret: its keys, never a value', () => {
    const secret: KubernetesObject = {
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'api' } },
      stringData: { password: 'old-one' },
    };
    const live = { ...secret, data: { password: Buffer.from('new-one').toString('base64') } };
    const found = findings({ objects: [secret], appliers: ['helm'] }, () => live);
    expect(found.map(({ drift }) => drift)).toEqual([
      { kind: 'Secret', name: 'api', change: 'changed', path: 'data.password', secret: true },
    ]);
  });
});

test('an object with a field that difyctl did not apply is restored as a whole', () => {
  const live = living(
    [
      [[...CONTAINER, 'image'], 'other:2'],
      [[...CONTAINER, 'env', 2], { name: 'A', value: '1' }],
      [[...CONTAINER, 'env', 3], { name: 'B', value: '2' }],
      [['spec', 'paused'], true],
    ],
    [
      by('kubectl-edit', {
        'f:spec': {
          'f:paused': {},
          ...inPod({ 'k:{"name":"api"}': { 'f:image': {}, 'f:env': { 'k:{"name":"A"}': {}, 'k:{"name":"B"}': {} } } })[
            'f:spec'
          ],
        },
      }),
    ],
  );
  const [object] = restored(findings({ objects: [applied], appliers: ['helm'] }, () => live));
  expect(object).toMatchObject({ spec: applied.spec });
  expect(object).not.toHaveProperty('spec.paused');
});
