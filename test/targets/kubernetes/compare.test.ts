import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/render/rendered.ts';
import { compareObjects, differences, lacking } from '../../../src/targets/kubernetes/compare.ts';
import { keyOf } from '../../../src/targets/kubernetes/objects.ts';

const object = (kind: string, name: string, more: object = {}, metadata: object = {}): KubernetesObject =>
  ({ apiVersion: 'apps/v1', kind, metadata: { name, ...metadata }, ...more }) as KubernetesObject;

const api = object('Deployment', 'api', { spec: { replicas: 3, containers: [{ image: 'a:1' }] } });
const claim = object('PersistentVolumeClaim', 'data', {}, { annotations: { 'helm.sh/resource-policy': 'keep' } });

describe('from one set of objects to another', () => {
  test.each([
    ['nothing before', [], [api], [{ action: 'create', kind: 'Deployment', name: 'api' }]],
    ['the same', [api], [api], []],
    [
      'a value and a list item differ',
      [api],
      [object('Deployment', 'api', { spec: { replicas: 2, containers: [{ image: 'a:2' }] } })],
      [{ action: 'change', kind: 'Deployment', name: 'api', paths: ['spec.replicas', 'spec.containers[0].image'] }],
    ],
    ['one is gone', [api], [], [{ action: 'delete', kind: 'Deployment', name: 'api' }]],
    ['one that helm keeps is gone', [claim], [], []],
    [
      'the release namespace, written or not',
      [object('Deployment', 'api', {}, { namespace: 'dify' })],
      [object('Deployment', 'api')],
      [{ action: 'change', kind: 'Deployment', name: 'api', paths: ['metadata.namespace'] }],
    ],
  ])('%s', (_, before, after, changes) => {
    const found = compareObjects(before, after, 'dify', undefined);
    expect(found.map(({ fields: _, ...change }) => change)).toEqual(changes);
  });

  test('an object of the release that is missing in the cluster is created again', () => {
    expect(compareObjects([api], [api], 'dify', new Set())).toMatchObject([{ action: 'create', name: 'api' }]);
    expect(compareObjects([api], [api], 'dify', new Set([keyOf(api, 'dify')]))).toEqual([]);
  });

  test('a newer version of the same API is the same object', () => {
    const newer = { ...api, apiVersion: 'apps/v2' };
    expect(compareObjects([api], [newer], 'dify', undefined)).toMatchObject([
      { action: 'change', paths: ['apiVersion'] },
    ]);
  });
});

const json = fc.jsonValue({ maxDepth: 4 });

describe('differences', () => {
  test('of equal values are empty', () => {
    fc.assert(fc.property(json, (value) => differences(value, structuredClone(value)).length === 0));
  });

  test('are symmetric', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(differences(a, b).toSorted()).toEqual(differences(b, a).toSorted());
      }),
    );
  });

  test.each([
    [{ a: null }, {}],
    [{ a: [] }, {}],
    [{ a: {} }, { a: null }],
  ])('absent, null and empty are one: %j and %j', (a, b) => {
    expect(differences(a, b)).toEqual([]);
  });
});

describe('missing fields', () => {
  test('are empty if the server only added fields', () => {
    const wanted = { spec: { maxUnavailable: 1, selector: { matchLabels: { a: 'b' } } } };
    const live = { metadata: { uid: '1' }, spec: { ...wanted.spec, policy: 'Default' }, status: { ok: true } };
    expect(lacking(live, wanted)).toEqual([]);
  });

  test('are changed and absent fields', () => {
    expect(lacking({ spec: { a: 1, list: [1] } }, { spec: { a: 2, list: [1, 2], b: { c: 3 } } })).toEqual([
      'spec.a',
      'spec.list',
      'spec.b.c',
    ]);
  });

  test('are empty for equal values', () => {
    fc.assert(fc.property(json, (value) => lacking(structuredClone(value), value).length === 0));
  });
});
