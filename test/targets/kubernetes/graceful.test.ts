import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { gracefulStops } from '../../../src/render/kubernetes/graceful.ts';
import { replacedSets, withGracefulStops } from '../../../src/targets/kubernetes/graceful.ts';
import { keyOf } from '../../../src/targets/kubernetes/objects.ts';

const service = {
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'dify-api' } },
  spec: { selector: { component: 'api' } },
};
const deployment = (pod: JsonObject) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'dify-api' } },
  spec: { template: { metadata: { labels: { component: 'api' } }, spec: pod } },
});
const plain = { containers: [{ name: 'api' }] };
const lifecycle = { preStop: { exec: { command: ['sleep', '10'] } } };
const graceful = { terminationGracePeriodSeconds: 130, containers: [{ name: 'mesh' }, { name: 'api', lifecycle }] };
const wanted = [service, deployment(plain)];

const live = (pod: JsonObject) => {
  const object = deployment(pod);
  return new Map([[keyOf(object, 'dify'), object]]);
};

const FIELDS = [
  { path: 'spec.template.spec.terminationGracePeriodSeconds', was: '30', is: '130' },
  { path: 'spec.template.spec.containers[api].lifecycle.preStop', is: 'sleep 10' },
];
const PATHS = FIELDS.map(({ path }) => path);
const change = { action: 'change', kind: 'Deployment', name: 'dify-api' } as const;
const old = { ...plain, terminationGracePeriodSeconds: 30 };

test('a plan adds the graceful stop that running pods do not have', () => {
  const image = { ...change, paths: ['image'], fields: [{ path: 'image', was: 'a', is: 'b' }] };
  const add = (changes: readonly (typeof image)[], pod: JsonObject) =>
    withGracefulStops(changes, wanted, live(pod), 'dify');
  expect(add([], old)).toEqual([{ ...change, paths: PATHS, fields: FIELDS }]);
  expect(add([image], old)).toEqual([{ ...change, paths: ['image', ...PATHS], fields: [...image.fields, ...FIELDS] }]);
  expect(add([], graceful)).toEqual([]);
});

test('a Deployment that does not exist is created with a graceful stop', () => {
  const create = { ...change, action: 'create' } as const;
  expect(withGracefulStops([create], wanted, new Map(), 'dify')).toEqual([create]);
});

test('only ReplicaSets of created Deployments whose pods have no graceful stop are replaced', () => {
  const set = (name: string, owner: string, pod: JsonObject) => ({
    metadata: { name, ownerReferences: [{ kind: 'Deployment', name: owner }] },
    spec: { template: { spec: pod } },
  });
  const items = [set('api-1', 'dify-api', old), set('api-2', 'dify-api', graceful), set('web-1', 'dify-web', old)];
  expect(replacedSets({ items }, gracefulStops(wanted))).toEqual(['api-1']);
});
