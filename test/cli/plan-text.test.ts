import { expect, test } from 'vitest';
import { changeLines, driftLines, summaryLines } from '../../src/cli/output/plan-text.ts';
import type { PlannedInstall } from '../../src/operations/plan-install.ts';
import type { KubernetesObject } from '../../src/render/rendered.ts';
import { compareObjects } from '../../src/targets/kubernetes/compare.ts';

const style = { color: false, unicode: true, width: 120 };

const api = (image: string, replicas: number, secret: string): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'dify-api' },
  spec: {
    replicas,
    template: {
      metadata: { annotations: { 'checksum/api': secret } },
      spec: {
        containers: [
          {
            name: 'api',
            image,
            env: [
              { name: 'API_TOKEN', value: image },
              { name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: secret, key: 'postgres.password' } } },
            ],
          },
        ],
      },
    },
  },
});

test('a change shows old and new values that are not secret, and no derived values', () => {
  const changes = compareObjects([api('a:1', 2, 's-1')], [api('a:2', 3, 's-2')], 'dify', undefined);
  expect(changeLines(changes, style, true)).toEqual([
    '    ~ Deployment dify-api',
    '        spec.replicas  2 → 3',
    '        spec.template.spec.containers[api].image  a:1 → a:2',
    '        spec.template.spec.containers[api].env[API_TOKEN].value  value not shown',
  ]);
});

test('an upgrade is named by its versions, a changed password with the workloads that it restarts', () => {
  const draft = {
    upgrade: [
      { what: 'Dify', from: '1.16.0', to: '1.16.1' },
      { what: 'chart', from: '0.38.0-rc2', to: '0.38.0' },
    ],
    plan: { changes: [], drift: [], secrets: ['postgres.password'], rolls: ['dify-api', 'dify-worker'] },
  } as unknown as PlannedInstall;
  expect(summaryLines(draft, style)).toEqual([
    '  upgrade     Dify 1.16.0 → 1.16.1, chart 0.38.0-rc2 → 0.38.0',
    '  secrets     postgres.password changed: rolls dify-api, dify-worker',
  ]);
});

test('the users that the planned replicas serve are shown, with the component and the figure that limit them', () => {
  const load = { concurrentUsers: 400, served: 250, limitedBy: '1 × pluginDaemon with 2 cores', figure: 'by a test' };
  const draft = { load, upgrade: [], plan: { changes: [], drift: [] } } as unknown as PlannedInstall;
  expect(summaryLines(draft, style).join(' ').replace(/ +/g, ' ')).toBe(
    ' load about 250 users at once, limited by 1 × pluginDaemon with 2 cores (by a test); load.concurrentUsers is 400',
  );
});

test('a drift shows the applied value, the live value, who changed it and when', () => {
  const by = { manager: 'kubectl-edit', at: '2026-11-28T21:04:10Z' };
  const drift = [
    { kind: 'Deployment', name: 'dify-web', change: 'gone' },
    { kind: 'Deployment', name: 'dify-api', change: 'changed', path: 'spec.replicas', was: '3', is: '0', by },
    { kind: 'ConfigMap', name: 'dify-api', change: 'added', path: 'data.EXTRA', is: 'x' },
    { kind: 'Secret', name: 'dify-api', change: 'changed', path: 'data.A', secret: true },
  ] as const;
  expect(driftLines(drift, style)).toEqual([
    '  changed since the last install, and undone by install (4):',
    '    Deployment dify-web no longer exists',
    '    Deployment dify-api: spec.replicas 3 → 0 (kubectl edit, 2026-11-28 21:04:10 UTC)',
    '    ConfigMap dify-api: data.EXTRA was added: x',
    '    Secret dify-api: data.A was changed, value not shown',
  ]);
});

test('workloads that a plan or a drain interrupts are named, with what that means and why', () => {
  const interruptions = [
    { name: 'web', effect: 'stops', reason: 'its strategy is Recreate' },
    { name: 'nginx', effect: 'stops', reason: 'its strategy is Recreate' },
    { name: 'redis', effect: 'stops', reason: 'a StatefulSet with one pod stops it first' },
    { name: 'dify-api', effect: 'requests', reason: 'its running pods have no preStop hook' },
  ];
  const drains = [
    { name: 'dify-beat', reason: 'one pod' },
    { name: 'dify-plugin-daemon', reason: 'one pod' },
    { name: 'dify-api', reason: 'a ReadWriteOnce volume' },
  ];
  const changes = [{ action: 'change', kind: 'Deployment', name: 'dify-api' }];
  const draft = (plan: object) =>
    ({ upgrade: [], plan: { drift: [], interruptions, drains, ...plan } }) as unknown as PlannedInstall;
  const wide = { ...style, width: 160 };
  const interrupted = [
    '  stops       web, nginx: not available until the new one is ready (its strategy is Recreate)',
    '  stops       redis: not available until the new one is ready (a StatefulSet with one pod stops it first)',
    '  requests    dify-api: a request may fail while a pod stops (its running pods have no preStop hook)',
  ];
  expect(summaryLines(draft({ changes }), wide)).toEqual([
    ...interrupted,
    '  drain       dify-beat, dify-plugin-daemon: interrupted by a drain of the node (one pod)',
    '  drain       dify-api: interrupted by a drain of the node (a ReadWriteOnce volume)',
  ]);
  expect(summaryLines(draft({ changes: [] }), wide)).toEqual(interrupted);
  expect(summaryLines(draft({ changes: [], interruptions: [], oneByOne: ['api', 'web'] }), wide)).toEqual([
    '  one by one  api, web: nginx sends requests to a new container before an old one stops',
  ]);
});
