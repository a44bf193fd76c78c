import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { gracefulPatches, gracefulStops, withStops } from '../../../src/render/kubernetes/graceful.ts';

const service = (component: string) => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: component } },
  spec: { selector: { component } },
});

const workload = (component: string, pod: JsonObject = {}, kind = 'Deployment') => ({
  ...{ apiVersion: 'apps/v1', kind, metadata: { name: `dify-${component}`, labels: { component } } },
  spec: {
    replicas: 2,
    template: { metadata: { labels: { component } }, spec: { containers: [{ name: 'main', image: 'a' }], ...pod } },
  },
});

const stop = (component: string, pod: JsonObject) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: `dify-${component}` } },
  spec: { template: { spec: pod } },
});

const HOOK = { preStop: { exec: { command: ['sleep', '10'] } } };

test.each([
  [
    'a component behind a Service serves until no more requests reach it',
    workload('api'),
    [stop('api', { terminationGracePeriodSeconds: 130, containers: [{ name: 'main', lifecycle: HOOK }] })],
  ],
  ['a worker has time for its tasks', workload('worker'), [stop('worker', { terminationGracePeriodSeconds: 120 })]],
  ['beat has nothing to end', workload('beat'), []],
  ['a workload that is no component of Dify stays', workload('weaviate'), []],
  ['a StatefulSet stays', workload('api', {}, 'StatefulSet'), []],
  [
    'what the chart sets stays',
    workload('api', {
      terminationGracePeriodSeconds: 5,
      containers: [{ name: 'main', lifecycle: { preStop: { sleep: { seconds: 1 } } } }, { name: 'other' }],
    }),
    [stop('api', { containers: [{ name: 'other', lifecycle: HOOK }] })],
  ],
])('%s', (_title, object, expected) => {
  expect(gracefulStops([service('api'), service('weaviate'), object])).toEqual(expected);
});

test('patches are made for what the values switch on', () => {
  const names = { release: 'dify', full: 'dify', app: 'dify', pools: [] };
  const on = { enabled: true };
  const values = { api: on, worker: on, beat: on, web: { enabled: false }, proxy: on };
  expect(gracefulPatches(values, names)).toEqual([
    stop('api', { terminationGracePeriodSeconds: 130, containers: [{ name: 'api', lifecycle: HOOK }] }),
    stop('worker', { terminationGracePeriodSeconds: 120 }),
    stop('proxy', { terminationGracePeriodSeconds: 130, containers: [{ name: 'nginx', lifecycle: HOOK }] }),
  ]);
});

test('an applied object has the stop beside what the chart sets', () => {
  const lifecycle = { postStart: { sleep: { seconds: 1 } } };
  const api = workload('api', { containers: [{ name: 'main', image: 'a', lifecycle }, { name: 'other' }] });
  const stopping = workload('api', {
    terminationGracePeriodSeconds: 130,
    containers: [
      { name: 'main', image: 'a', lifecycle: { ...lifecycle, ...HOOK } },
      { name: 'other', lifecycle: HOOK },
    ],
  });
  const others = [service('api'), workload('beat')];
  expect(withStops([...others, api])).toEqual([...others, stopping]);
});
