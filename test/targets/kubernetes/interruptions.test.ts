import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { drainsOf, interruptionsOf } from '../../../src/targets/kubernetes/interruptions.ts';

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 's' },
  spec: { selector: { component: 'api' } },
};

interface Over {
  readonly kind?: string;
  readonly component?: string;
  readonly preStop?: true;
}

function workload(spec: JsonObject, over: Over = {}) {
  const container = over.preStop === true ? { lifecycle: { preStop: { sleep: { seconds: 5 } } } } : {};
  const template = { metadata: { labels: { component: over.component ?? 'api' } }, spec: { containers: [container] } };
  const kind = over.kind ?? 'Deployment';
  return { apiVersion: 'apps/v1', kind, metadata: { name: 'dify-api' }, spec: { ...spec, template } };
}

const rolling = (maxUnavailable: string | number) => ({ strategy: { rollingUpdate: { maxUnavailable } } });

const REQUESTS = { effect: 'requests', reason: 'its running pods have no preStop hook' };
const RECREATE = { effect: 'stops', reason: 'its strategy is Recreate' };
const ALL = { effect: 'stops', reason: 'its strategy allows all pods to be unavailable' };
const ALONE = { effect: 'stops', reason: 'a StatefulSet with one pod stops it first' };

test.each([
  ['one replica with the default strategy', workload({}), REQUESTS],
  ['a quarter of several replicas', workload({ replicas: 8 }), REQUESTS],
  ['Recreate', workload({ replicas: 2, strategy: { type: 'Recreate' } }), RECREATE],
  ['all replicas may be unavailable, as a number', workload({ replicas: 2, ...rolling(2) }), ALL],
  ['all replicas may be unavailable, as a share', workload({ replicas: 3, ...rolling('100%') }), ALL],
  ['a StatefulSet of one', workload({ replicas: 1 }, { kind: 'StatefulSet' }), ALONE],
  ['a StatefulSet of three', workload({ replicas: 3 }, { kind: 'StatefulSet' }), REQUESTS],
  ['a workload without a Service', workload({ replicas: 2 }, { component: 'worker' }), undefined],
  ['a hook before the stop', workload({ replicas: 2 }, { preStop: true }), undefined],
])('%s', (_title, object, expected) => {
  const named = expected === undefined ? [] : [{ name: 'dify-api', ...expected }];
  expect(interruptionsOf([service, object], new Set(['dify-api']), [object])).toEqual(named);
  expect(interruptionsOf([service, object], new Set(), [object])).toEqual([]);
});

test('the running pods decide: a hook that the plan adds helps from the next change on', () => {
  const [abrupt, graceful] = [workload({ replicas: 2 }), workload({ replicas: 2 }, { preStop: true })];
  const rolled = new Set(['dify-api']);
  expect(interruptionsOf([service, graceful], rolled, [abrupt])).toEqual([{ name: 'dify-api', ...REQUESTS }]);
  expect(interruptionsOf([service, abrupt], rolled, [graceful])).toEqual([]);
});

test('a drain interrupts workloads of one pod, and those that must be on the node of their volume', () => {
  const claim = (name: string, mode: string) => ({
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name } },
    spec: { accessModes: [mode] },
  });
  const using = (name: string, replicas: number, claimName: string) => ({
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name } },
    spec: { replicas, template: { spec: { volumes: [{ persistentVolumeClaim: { claimName } }] } } },
  });
  const objects = [
    ...[claim('one', 'ReadWriteOnce'), claim('many', 'ReadWriteMany')],
    ...[using('beat', 1, 'many'), using('api', 2, 'one'), using('web', 2, 'many'), using('off', 0, 'one')],
  ];
  expect(drainsOf(objects)).toEqual([
    { name: 'beat', reason: 'one pod' },
    { name: 'api', reason: 'a ReadWriteOnce volume' },
  ]);
});
