import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { CheckReport } from '../../src/checks/check.ts';
import type { Drift } from '../../src/evidence/drift/drift.ts';
import { componentImages, imageName } from '../../src/render/images.ts';
import { builtProgram } from '../support/built.ts';
import { type ComposeFixture, createComposeFixture, testComposeFile, told } from '../support/compose-fixture.ts';
import type { TempWorkspace } from '../support/difyctl.ts';
import { CTRL_C, PtySession } from '../support/pty.ts';
import { composeImages } from '../testbed/docker/commands.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';

const testbed = useSharedDockerHost(composeImages(), { startInterval: true });

let scene: ComposeFixture;
let place: TempWorkspace;
beforeAll(async () => {
  scene = await createComposeFixture(testbed.docker, {
    file: testComposeFile,
  });
  place = await scene.workplace();
  const first = await place.run('install', '--tier', 'test', '--target', 'compose', '--yes', '-o', 'json');
  expect(first.code, told(first)).toBe(0);
});
afterAll(() => scene?.end());

const containerOf = async (service: string): Promise<string> =>
  (await scene.containers()).find((one) => one.service === service)?.id ?? '';

const SQUID = imageName(componentImages('1.16.1').ssrfProxy, undefined);

/** `docker compose up` of the installed files with an override, as somebody does by hand. */
async function upWith(service: string, more: object): Promise<void> {
  const override = join(place.folder, `override-${service}.yaml`);
  await writeFile(override, stringify({ services: { [service]: more } }));
  const files = ['--file', join(scene.directory, 'compose.yaml'), '--file', override];
  const project = ['--project-name', 'dify', '--project-directory', scene.directory];
  await scene.docker('compose', ...project, ...files, 'up', '--detach', '--no-deps', service);
}

const envFile = (): string => join(scene.directory, '.env');

async function editEnv(variable: string, value: string): Promise<void> {
  const text = await readFile(envFile(), 'utf8');
  await writeFile(envFile(), text.replace(new RegExp(`^${variable}=.*$`, 'm'), `${variable}='${value}'`));
}

/** Manual changes of an installation, and the name of each. */
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
    'an override adds a variable',
    () => upWith('api_websocket', { environment: { EXTRA_FLAG: 'on', EXTRA_TOKEN: 'planted-token' } }),
    { kind: 'Service', name: 'api_websocket', change: 'added', path: 'environment.EXTRA_FLAG', is: 'on' },
  ],
  [
    'its value is not shown if it may be secret',
    async () => undefined,
    { kind: 'Service', name: 'api_websocket', change: 'added', path: 'environment.EXTRA_TOKEN', secret: true },
  ],
  [
    'an override changes what is not compared by itself',
    () => upWith('agent_backend', { cap_add: ['SYS_PTRACE'] }),
    { kind: 'Service', name: 'agent_backend', change: 'changed', path: 'configuration' },
  ],
  [
    'the name of an image is given to another one',
    async () => scene.docker('commit', await containerOf('ssrf_proxy'), SQUID),
    { kind: 'Image', name: SQUID, change: 'changed', path: 'id' },
  ],
  [
    'a container runs that other image',
    () => upWith('ssrf_proxy', {}),
    { kind: 'Service', name: 'ssrf_proxy', change: 'changed', path: 'image.id' },
  ],
  [
    'a variable is added to .env',
    () => appendFile(envFile(), 'PLANTED=planted-value\n'),
    { kind: 'File', name: '.env', change: 'added', path: 'PLANTED', secret: true },
  ],
  [
    'a generated secret is edited in .env',
    () => editEnv('DIFY_SECRET_REDIS_PASSWORD', 'planted-value'),
    { kind: 'File', name: '.env', change: 'changed', path: 'DIFY_SECRET_REDIS_PASSWORD', secret: true },
  ],
];

test('every change by hand is named by plan, status and postflight, and undone by install', async () => {
  const clean = await place.run('plan', '--detailed-exitcode', '-o', 'json');
  expect(JSON.parse(clean.stdout)).toMatchObject({ changes: [], drift: [] });
  const secrets = await scene.secrets();
  for (const [, change] of CHANGES) await change();

  const planned = await place.run('plan', '--detailed-exitcode', '-o', 'json');
  expect(planned.code, told(planned)).toBe(7);
  expect(planned.stdout).not.toContain('planted-');
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
  expect(await scene.secrets()).toEqual(secrets);
  const again = await place.run('install', '--yes', '-o', 'json');
  expect(again.code, told(again)).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'unchanged', plan: { changes: [], drift: [] } });
});

test('an edited SECRET_KEY is restored, unless a container already has it: then the user decides', async () => {
  const { DIFY_SECRET_SECRET_KEY: key = '' } = await scene.secrets();
  await editEnv('DIFY_SECRET_SECRET_KEY', 'planted-key');
  const planned = await place.run('plan', '-o', 'json');
  expect((JSON.parse(planned.stdout) as { drift: readonly Drift[] }).drift).toEqual([
    { kind: 'File', name: '.env', change: 'changed', path: 'DIFY_SECRET_SECRET_KEY', secret: true },
  ]);
  const restored = await place.run('install', '--yes', '-o', 'json');
  expect(restored.code, told(restored)).toBe(0);
  expect((await scene.secrets()).DIFY_SECRET_SECRET_KEY).toBe(key);

  await editEnv('DIFY_SECRET_SECRET_KEY', 'planted-key');
  await upWith('worker_beat', {});
  const refused = await place.run('install', '--yes', '-o', 'json');
  expect(refused.code, told(refused)).toBe(3);
  expect(refused.stdout).toContain('DIFY_SECRET_SECRET_KEY in .env was edited since revision');
  expect(refused.stdout + refused.stderr).not.toContain('planted-key');
  expect((await scene.secrets()).DIFY_SECRET_SECRET_KEY).toBe('planted-key');

  await editEnv('DIFY_SECRET_SECRET_KEY', key);
  const repaired = await place.run('install', '--yes', '-o', 'json');
  expect(repaired.code, told(repaired)).toBe(0);
});

test('--only with no check that applies installs nothing', async () => {
  const refused = await place.run('install', '--yes', '--only', 'cluster.*');
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('--only cluster.*: none of these checks applies to dify (test, compose)');
});

/** Revisions that this difyctl cannot read, and what `install` and `uninstall` say of them. */
const UNREADABLE: readonly (readonly [title: string, content: string, reason: string, next: string])[] = [
  [
    'of a newer version',
    JSON.stringify({ apiVersion: 'difyctl/v1', kind: 'Revision', version: 99, difyctl: '9.9.9', number: 40 }),
    'document version 99 is unknown',
    'use difyctl 9.9.9 or newer',
  ],
  [
    'with an unknown outcome',
    JSON.stringify({ apiVersion: 'difyctl/v1', kind: 'Revision', version: 1, difyctl: '9.9.9', outcome: 'paused' }),
    'outcome "paused" is unknown',
    'use difyctl 9.9.9 or newer',
  ],
  ['that is damaged', '{"kind":"Revi', 'it is not JSON', '40.json.damaged'],
];

test.each(UNREADABLE)(
  'a revision %s is named by every command, and nothing is changed',
  async (_, content, reason, next) => {
    const path = join(scene.directory, '.difyctl', 'revisions', '40.json');
    await writeFile(path, content);
    const before = { revisions: await scene.revisions(), containers: await scene.containers() };
    try {
      for (const command of [['install'], ['uninstall', 'dify']]) {
        const refused = await place.run(...command, '--yes');
        expect(refused.code, told(refused)).toBe(2);
        for (const text of [path, reason, next])
          expect(unfolded(refused.stderr), command.join(' ')).toContain(unfolded(text));
      }
      for (const command of ['status', 'history', 'plan']) {
        const shown = await place.run(command, '-o', 'json');
        expect(shown.code, told(shown)).toBe(0);
        const document = JSON.parse(shown.stdout) as { notes?: unknown; revisions?: readonly unknown[] };
        if (command === 'history') {
          expect(document.revisions?.[0]).toMatchObject({
            number: 40,
            outcome: 'unreadable',
            where: path,
            detail: reason,
          });
        } else {
          const by = next.startsWith('use ') ? '; difyctl 9.9.9 or newer can read it' : '';
          expect(document.notes, command).toEqual([`revision 40 cannot be read (${path}): ${reason}${by}`]);
        }
      }
      expect({ revisions: await scene.revisions(), containers: await scene.containers() }).toEqual(before);
      expect(await readFile(path, 'utf8')).toBe(content);
    } finally {
      await rm(path);
    }
  },
);

/** Long lines are folded, paths too. */
function unfolded(text: string): string {
  return text.replace(/\s+/g, '');
}

/** A status screen without what differs from run to run. */
function steady(screen: string): readonly string[] {
  return screen
    .split('\n')
    .map((line) =>
      line.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replace(/, (just now|\S+ ago) \(TIME\), .*/, ', AGE'),
    );
}

test('status --watch draws whole screens, shows changes, and restores the terminal', async () => {
  const refused = await place.run('status', '--watch', '-o', 'json');
  expect(refused.code).toBe(2);
  const plain = await place.run('status');
  const expected = ['  TIME   every 2 s, Ctrl-C ends', ...steady(plain.stdout.trimEnd())];
  const shell = 'trap : INT; before=$(stty -g); "$@"; echo "code $?"; [ "$before" = "$(stty -g)" ] && echo as before';
  const command = ['-c', shell, 'sh', process.execPath, await builtProgram(), 'status', '--watch'];
  const session = new PtySession('sh', command, { cwd: place.folder, env: place.env });
  try {
    await session.sees('run difyctl plan to see what the file would change');
    expect(steady(session.screen)).toEqual(expected);
    await scene.docker('pause', await containerOf('sandbox'));
    await session.sees('Service sandbox: state running -> paused');
    session.press('');
    await scene.docker('unpause', await containerOf('sandbox'));
    await session.sees('run difyctl plan to see what the file would change');
    expect(steady(session.screen)).toEqual(expected);
    session.press(CTRL_C);
    await session.sees('as before');
    expect(session.shown).toContain('code 130');
    expect(session.raw).not.toMatch(/\?25l(?![\s\S]*\?25h)|\?1049h(?![\s\S]*\?1049l)/);
    await session.exited;
  } finally {
    session.end();
  }
});
