import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckReport } from '../../src/checks/check.ts';
import type { Drift } from '../../src/evidence/drift/drift.ts';
import { type ComposeScene, createComposeScene, testComposeFile, told } from '../support/compose-scene.ts';
import type { Workplace } from '../support/difyctl.ts';
import { composeImages } from '../testbed/docker/commands.ts';
import { useDockerHost } from '../testbed/docker/fixture.ts';

const testbed = useDockerHost(composeImages());

let scene: ComposeScene;
let place: Workplace;
beforeAll(async () => {
  scene = await createComposeScene(testbed.docker, {
    file: testComposeFile,
  });
  place = await scene.workplace();
  const first = await place.run('install', '--tier', 'test', '--target', 'compose', '--yes', '-o', 'json');
  expect(first.code, told(first)).toBe(0);
});
afterAll(() => scene?.end());

const containerOf = async (service: string): Promise<string> =>
  (await scene.containers()).find((one) => one.service === service)?.id ?? '';

/** Ways in which somebody changes an installation by hand, and how each is named. */
const CHANGES: readonly (readonly [title: string, change: () => Promise<unknown>, expected: Partial<Drift>])[] = [
  [
    'a limit is changed with docker update',
    async () => scene.docker('update', '--memory', '300m', '--memory-swap', '600m', await containerOf('web')),
    { kind: 'Service', name: 'web', change: 'changed', path: 'memory', is: String(300 * 2 ** 20) },
  ],
  [
    'a container is stopped',
    async () => scene.docker('stop', '--time', '1', await containerOf('worker_beat')),
    { kind: 'Service', name: 'worker_beat', path: 'state', was: 'running', is: 'exited' },
  ],
  [
    'a container is paused',
    async () => scene.docker('pause', await containerOf('sandbox')),
    { kind: 'Service', name: 'sandbox', path: 'state', was: 'running', is: 'paused' },
  ],
  [
    'a container is removed',
    async () => scene.docker('rm', '--force', await containerOf('worker')),
    { kind: 'Service', name: 'worker', change: 'gone' },
  ],
  [
    'a container is taken off its network',
    async () => scene.docker('network', 'disconnect', 'dify_default', await containerOf('plugin_daemon')),
    { kind: 'Service', name: 'plugin_daemon', path: 'networks' },
  ],
  [
    'a mounted file is edited',
    () => appendFile(join(scene.directory, 'nginx/nginx.conf'), '# edited\n'),
    { kind: 'File', name: 'nginx/nginx.conf', change: 'changed' },
  ],
  [
    '.env is edited',
    () => appendFile(join(scene.directory, '.env'), 'PLANTED=planted-value\n'),
    { kind: 'File', name: '.env', change: 'changed', secret: true },
  ],
];

test('every change by hand is named by plan, status and postflight, and undone by install', async () => {
  const clean = await place.run('plan', '--detailed-exitcode', '-o', 'json');
  expect(JSON.parse(clean.stdout)).toMatchObject({ changes: [], drift: [] });
  for (const [, change] of CHANGES) await change();

  const planned = await place.run('plan', '--detailed-exitcode', '-o', 'json');
  expect(planned.code, told(planned)).toBe(7);
  expect(planned.stdout).not.toContain('planted-value');
  const { drift } = JSON.parse(planned.stdout) as { drift: readonly Drift[] };
  for (const [title, , expected] of CHANGES) {
    expect(drift, title).toContainEqual(expect.objectContaining(expected));
  }
  expect(drift).toHaveLength(CHANGES.length);
  const status = await place.run('status', '-o', 'json');
  expect(JSON.parse(status.stdout)).toMatchObject({ release: { drift } });
  const flown = await place.run('postflight', '--only', 'app.drift', '-o', 'json');
  expect(flown.code, told(flown)).toBe(5);
  expect((JSON.parse(flown.stdout) as CheckReport).checks[0]?.observations).toHaveLength(drift.length);

  const repaired = await place.run('install', '--yes', '-o', 'json');
  expect(repaired.code, told(repaired)).toBe(0);
  const again = await place.run('install', '--yes', '-o', 'json');
  expect(again.code, told(again)).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'unchanged', plan: { changes: [], drift: [] } });
});
