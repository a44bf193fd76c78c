import { expect, test } from 'vitest';
import { rolledByDrift } from '../../../src/targets/kubernetes/drift.ts';

const reading = (name: string, configMap: string) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name } },
  spec: { template: { spec: { containers: [{ envFrom: [{ configMapRef: { name: configMap } }] }] } } },
});
const objects = [reading('dify-api', 'dify-api'), reading('dify-web', 'dify-web')];

test.each([
  [
    'changed pods',
    { kind: 'Deployment', name: 'dify-api', change: 'added', path: 'spec.template.spec.x' },
    ['dify-api'],
  ],
  [
    'another number of replicas',
    { kind: 'Deployment', name: 'dify-api', change: 'changed', path: 'spec.replicas' },
    [],
  ],
  ['a changed ConfigMap', { kind: 'ConfigMap', name: 'dify-web', change: 'changed', path: 'data.A' }, ['dify-web']],
  ['a deleted ConfigMap', { kind: 'ConfigMap', name: 'dify-web', change: 'gone' }, []],
  ['a deleted Deployment', { kind: 'Deployment', name: 'dify-api', change: 'gone' }, []],
] as const)('workloads that start new pods when the drift is undone: %s', (_title, drift, rolled) => {
  expect(rolledByDrift(objects, [drift])).toEqual(rolled);
});
