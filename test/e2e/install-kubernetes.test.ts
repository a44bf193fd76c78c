import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { InstallReport } from '../../src/operations/report.ts';
import { builtProgram } from '../support/built.ts';
import { leftRunning, type Outcome, type TempWorkspace } from '../support/difyctl.ts';
import {
  createKubernetesFixture,
  type KubernetesFixture,
  type KubernetesFixtureOptions,
  SECRETS,
} from '../support/kubernetes-fixture.ts';
import { openKubernetes, WORK } from '../support/open-targets.ts';
import { PtySession } from '../support/pty.ts';
import { samplePairs } from '../support/sample.ts';
import { useCluster, useTestbed } from '../testbed/fixtures.ts';

const testbed = useCluster({ nodes: '6x8C32G', zones: 3 });

const open: KubernetesFixture[] = [];
let made = 0;

async function create(options: KubernetesFixtureOptions = {}): Promise<KubernetesFixture> {
  made += 1;
  return createKubernetesFixture(testbed.cluster, `dify-${made}`, options);
}

async function close(one: KubernetesFixture, wait = false): Promise<void> {
  await one.end();
  await testbed.cluster.kubectl(['delete', 'namespace', one.namespace, '--ignore-not-found', `--wait=${wait}`]);
}

/** A scene of the tests of a `describe`. Each test continues with what the one before left. */
const useScene = (options?: KubernetesFixtureOptions) =>
  useTestbed(
    async () => {
      const there = await create(options);
      return { there, place: await there.workplace() };
    },
    // The nodes have no room for the pods of three installations.
    ({ there }) => close(there, true),
  );

/** A scene of one test. */
async function scene(options: KubernetesFixtureOptions = {}): Promise<KubernetesFixture> {
  const scene = await create(options);
  open.push(scene);
  return scene;
}

afterEach(async () => {
  for (const one of open.splice(0)) await close(one);
});

const report = ({ stdout }: Outcome): InstallReport => JSON.parse(stdout) as InstallReport;

/** Ways to have one node too few; each gives a way back. */
const SHORTAGES: readonly (readonly [string, () => Promise<() => Promise<unknown>>])[] = [
  [
    'one of six nodes is cordoned',
    async () => {
      await testbed.cluster.cordon('sim-6');
      return () => testbed.cluster.cordon('sim-6', false);
    },
  ],
  [
    'there are five nodes',
    async () => {
      gone += 1;
      // Zones are dealt round robin: the sixth after it stands where it stood.
      await testbed.cluster.removeNode(`sim-${gone}`);
      return () => testbed.cluster.addNodes('1x8C32G');
    },
  ],
];
let gone = 0;

const SHORT = samplePairs('helms of shortage', SHORTAGES, [3, 4] as const).map(([[what, takeAway], helm]) => ({
  ...{ what, takeAway, helm },
}));

test.each(SHORT)('$what, with helm $helm: exit 3, and nothing is created', async ({ takeAway, helm }) => {
  const there = await scene({ helm });
  const place = await there.workplace();
  const giveBack = await takeAway();
  const blocked = await place.run('install', '--tier', 'prod', '--yes', '-o', 'json').finally(giveBack);
  expect(blocked, blocked.stderr).toMatchObject({ code: 3 });
  expect(report(blocked).preflight.checks).toContainEqual(
    expect.objectContaining({ id: 'cluster.capacity.nodes', status: 'fail' }),
  );
  await expect(testbed.cluster.kubectl(['get', 'namespace', there.namespace])).rejects.toThrow('not found');
  expect([...(await place.files()).keys()]).toEqual([join(place.folder, 'difyctl.yaml')]);
});

describe.each([3, 4] as const)('a production with helm %i', (helm) => {
  const shared = useScene({ helm });

  test('is installed, and a second run changes nothing', async () => {
    const { there, place } = shared.get();
    const first = await place.run('install', '--tier', 'prod', '--yes', '-o', 'json');
    expect(first, first.stderr).toMatchObject({ code: 0 });
    expect(report(first)).toMatchObject({ kind: 'InstallReport', outcome: 'applied', revision: 1, releaseRevision: 1 });
    expect(await there.helmHistory()).toEqual(['1 deployed']);
    expect(await there.objects('leases')).toEqual([]);

    const again = await place.run('install', '--yes', '-o', 'json');
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(report(again)).toMatchObject({ outcome: 'unchanged', revision: 1, plan: { changes: [] } });
    expect(await there.helmHistory()).toEqual(['1 deployed']);
    expect(await place.run('plan', '--detailed-exitcode')).toMatchObject({ code: 0 });
  });

  if (helm === 3) return;
  test('is rolled back by --atomic if an upgrade does not become ready; once fixed, the upgrade succeeds', async () => {
    const { there, place } = shared.get();
    const budgets = await there.objects('poddisruptionbudgets');
    const heal = await testbed.cluster.failPods({ component: 'web' }, 'image-pull');
    const change = [
      '--set',
      'components.web.extraEnv.TRIED=yes',
      '--set',
      'components.proxy.replicas=1',
      '--skip',
      'config.replicas',
    ];
    const failed = await place.run('install', '--yes', '--atomic', '--timeout', '8s', '-o', 'json', ...change);
    await heal();
    expect(failed, failed.stderr).toMatchObject({ code: 4 });
    expect(report(failed)).toMatchObject({
      outcome: 'rolled-back',
      failure: { state: expect.stringContaining('revision 1') },
    });
    expect((await there.helmHistory()).at(-1)).toBe('3 deployed');
    expect(await there.objects('poddisruptionbudgets')).toEqual(budgets);
    expect(await place.run('plan', '--detailed-exitcode')).toMatchObject({ code: 0 });

    const again = await place.run('install', '--yes', '-o', 'json', ...change);
    expect(again, again.stderr).toMatchObject({ code: 0 });
    const { stdout } = await place.run('history', '-o', 'json');
    expect(JSON.parse(stdout).revisions.map((one: { outcome: string }) => one.outcome)).toEqual([
      'applied',
      'rolled-back',
      'applied',
    ]);
  });
});

describe.each([3, 4] as const)('a first install with helm %i', (helm) => {
  const shared = useScene({ helm });

  test('that does not become ready is removed by --atomic, with the reason, and the next one succeeds', async () => {
    const { there, place } = shared.get();
    const heal = await testbed.cluster.failPods({ component: 'web' }, 'crash-loop');
    const failed = await place.run('install', '--yes', '--atomic', '--timeout', '20s', '-o', 'json');
    await heal();
    expect(failed, failed.stderr).toMatchObject({ code: 4 });
    expect(report(failed)).toMatchObject({
      outcome: 'rolled-back',
      failure: { failures: [{ workload: 'dify-web', reason: expect.stringContaining('CrashLoopBackOff') }] },
    });
    expect(await there.helmHistory()).toEqual([]);
    expect(await there.objects('poddisruptionbudgets')).toEqual([]);
    expect(await place.run('install', '--yes')).toMatchObject({ code: 0 });
  });

  test('is followed by a change, which is one new revision of Helm and of difyctl, and dropped objects are deleted', async () => {
    const { there, place } = shared.get();
    const scaled = ['--set', 'components.web.replicas=2', '--set', 'components.apiWebsocket.enabled=false'];
    const planned = await place.run('plan', '--detailed-exitcode', '-o', 'json', ...scaled);
    expect(planned).toMatchObject({ code: 7 });
    expect(JSON.parse(planned.stdout).changes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          action: 'change',
          kind: 'Deployment',
          name: 'dify-web',
          paths: expect.arrayContaining(['spec.replicas']),
        }),
        expect.objectContaining({ action: 'delete', kind: 'Deployment', name: 'dify-api-websocket' }),
      ]),
    );
    const changed = await place.run('install', '--yes', '-o', 'json', ...scaled);
    expect(report(changed)).toMatchObject({ outcome: 'applied', revision: 3, releaseRevision: 2 });
    expect(await there.objects('deployments')).not.toContain('deployment.apps/dify-api-websocket');
  });
});

test('a migration that does not end in time creates no release, and the next run completes', async () => {
  const there = await scene();
  const place = await there.workplace();
  const heal = await testbed.cluster.delayPods({ 'app.kubernetes.io/component': 'migration' }, '600s');
  const stopped = await place.run('install', '--yes', '--timeout', '8s', '-o', 'json');
  await heal();
  expect(stopped, stopped.stderr).toMatchObject({ code: 4 });
  expect(report(stopped)).toMatchObject({
    outcome: 'failed',
    failure: {
      summary: 'the database migration failed, so nothing was rolled out',
      state: 'release dify was not made; no workload was changed',
      failures: [{ reason: expect.stringMatching(/^it did not end within 8 s and was stopped/) }],
    },
  });
  expect(await there.helmHistory()).toEqual([]);
  expect(await there.objects('jobs,deployments')).toEqual([]);
  expect(await place.run('install', '--yes')).toMatchObject({ code: 0 });
});

test('a release is rolled back to a recorded revision with the objects beside it, but not to one that helm has deleted', async () => {
  const there = await scene();
  const place = await there.workplace();
  expect(await place.run('install', '--yes')).toMatchObject({ code: 0 });
  const budgets = await there.objects('poddisruptionbudgets');
  const single = ['--set', 'components.web.replicas=1', '--set', 'components.apiWebsocket.enabled=false'];
  expect(await place.run('install', '--yes', '--skip', '*', ...single)).toMatchObject({ code: 0 });
  expect(await there.objects('poddisruptionbudgets')).not.toEqual(budgets);

  const target = openKubernetes(place, testbed.cluster.context, there.namespace);
  const { revisions } = await target.revisions.read(WORK.signal);
  const [first, second] = revisions;
  if (first === undefined || second === undefined) throw new Error('two revisions are expected');
  expect(await target.rollback(first, { ...WORK, applied: second })).toEqual({
    releaseRevision: 3,
    state: 'release dify was rolled back to revision 1, now revision 3',
  });
  expect(await there.objects('poddisruptionbudgets')).toEqual(budgets);
  expect(await there.objects('deployments')).toContain('deployment.apps/dify-api-websocket');

  const forgotten = { ...first, releaseRevision: 9 };
  await expect(target.rollback(forgotten, { ...WORK, applied: second })).rejects.toThrow(
    'difyctl cannot roll back to revision 1: helm has deleted its release revision',
  );
  const without = { ...first, secretName: 'dify-difyctl-gone' };
  await expect(target.rollback(without, { ...WORK, applied: second })).rejects.toThrow(
    'difyctl cannot roll back to revision 1: its Secret dify-difyctl-gone does not exist',
  );
});

describe('before anything is changed', () => {
  test('a dry run and a plan store nothing and create nothing', async () => {
    const there = await scene();
    const place = await there.workplace();
    expect(await place.run('install', '--dry-run')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('dry run'),
    });
    expect(await place.run('plan')).toMatchObject({ code: 0 });
    await expect(testbed.cluster.kubectl(['get', 'namespace', there.namespace])).rejects.toThrow('not found');
    expect([...(await place.files()).keys()]).toEqual([join(place.folder, 'difyctl.yaml')]);
  });

  test('no terminal to prompt on: exit 2; prod with --yes and no context: exit 2; a missing secret: exit 3', async () => {
    const there = await scene();
    const place = await there.workplace();
    expect(await place.run('install')).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    const nameless = await place.run('install', '--yes', '--set', 'target.context=null');
    expect(nameless, nameless.stderr).toMatchObject({ code: 2, stderr: expect.stringContaining('target.context') });
    const missing = await place.run(
      'install',
      '--yes',
      '--skip',
      'config.secrets',
      '--set',
      'postgres.password=env:NO_SUCH',
    );
    expect(missing, missing.stderr).toMatchObject({ code: 3, stderr: expect.stringContaining('NO_SUCH') });
    await expect(testbed.cluster.kubectl(['get', 'namespace', there.namespace])).rejects.toThrow('not found');
  });
});

describe('secrets', () => {
  const shared = useScene();

  test('are in no argument, no inherited environment, and only in the files for secrets', async () => {
    const { there, place } = shared.get();
    const installed = await place.run('install', '--yes', '-o', 'json');
    expect(installed, installed.stderr).toMatchObject({ code: 0 });
    const status = await place.run('status');
    const cache = await place.files();
    const generated = [
      ...(cache.get(join(place.folder, '.difyctl/dify/secrets.yaml')) ?? '').matchAll(/: (\S{43})$/gm),
    ];
    // A variable that the file does not name is not a secret, and the child inherits it.
    const file = cache.get(join(place.folder, 'difyctl.yaml')) ?? '';
    const named = Object.keys(SECRETS).filter((name) => file.includes(`env: ${name}`));
    const secrets = [...named.map((name) => SECRETS[name] ?? name), ...generated.map(([, value = '']) => value)];
    expect([named.length, generated.length]).toEqual([5, 7]);

    const calls = await there.recorder.calls();
    expect(calls.length).toBeGreaterThan(10);
    const outside = [
      ...calls.flatMap(({ args, env }) => [...args, ...Object.values(env)]),
      ...[installed, status].flatMap(({ stdout, stderr }) => [stdout, stderr]),
      ...[...cache].filter(([path]) => !path.endsWith('secrets.yaml')).map(([, text]) => text),
    ].join('\n');
    for (const secret of secrets) expect(outside).not.toContain(secret);
    for (const path of cache.keys()) {
      if (path.includes('/dify/')) expect((await stat(path)).mode & 0o777, path).toBe(0o600);
    }
  });

  test('are those of the existing installation: without .difyctl, and from another machine', async () => {
    const { there } = shared.get();
    const before = await there.objects('secrets');
    const elsewhere = await there.workplace();
    const again = await elsewhere.run('install', '--yes', '-o', 'json');
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(report(again)).toMatchObject({ outcome: 'unchanged', revision: 1 });
    expect(await there.objects('secrets')).toEqual(before);
  });

  test('that protect data are not regenerated if the installation lost them', async () => {
    const { there, place } = shared.get();
    const { namespace } = there;
    await testbed.cluster.kubectl([
      'delete',
      'secret',
      '-n',
      namespace,
      '-l',
      'difyctl/deployment',
      '--field-selector',
      'type=Opaque',
    ]);
    const elsewhere = await there.workplace();
    const refused = await elsewhere.run('install', '--yes', '-o', 'json');
    expect(refused, refused.stderr).toMatchObject({ code: 3 });
    expect(report(refused).preflight.checks).toContainEqual(
      expect.objectContaining({
        id: 'config.secrets',
        status: 'fail',
        message: expect.stringContaining('secrets.secretKey'),
      }),
    );
    expect(await place.run('install', '--yes')).toMatchObject({ code: 0 });
  });

  test('can be applied separately for GitOps, and an install continues with them', async () => {
    const there = await scene();
    const place = await there.workplace();
    expect(await place.run('secrets', 'apply')).toMatchObject({ code: 2 });
    const applied = await place.run('secrets', 'apply', '--yes');
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    const [name = '', ...more] = await there.objects('secrets,deployments,leases');
    expect(more).toEqual([]);
    expect(applied.stdout).toContain(name.replace('secret/', ''));
    const elsewhere = await there.workplace();
    expect(await elsewhere.run('install', '--yes')).toMatchObject({ code: 0 });
    expect((await there.objects('secrets')).filter((one) => one.includes('-difyctl-'))).toEqual([name]);
  });
});

/** A revision whose gzip is damaged: looking commands say so and go on, changing ones refuse, and nothing changes. */
async function refusesWhileDamaged({ namespace, objects }: KubernetesFixture, place: TempWorkspace): Promise<void> {
  const name = 'difyctl-dify-revision-7';
  const secret = ['-n', namespace, 'create', 'secret', 'generic', name, '--type', 'difyctl/revision'];
  await testbed.cluster.kubectl([...secret, '--from-literal', 'revision.json.gz=no gzip']);
  const before = await objects('deployments,secrets,poddisruptionbudgets');
  const said = `revision 7 cannot be read (Secret ${name}): revision.json.gz is not valid gzip`;
  for (const look of ['status', 'plan', 'history']) {
    const { code, stdout, stderr } = await place.run(look);
    expect([look, code, (stdout + stderr).split(said).length - 1]).toEqual([look, 0, 1]);
  }
  for (const change of [['install'], ['uninstall', 'dify']]) {
    const refused = await place.run(...change, '--yes');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(`delete secret ${name}`) });
  }
  expect(await objects('deployments,secrets,poddisruptionbudgets')).toEqual(before);
  await testbed.cluster.kubectl(['-n', namespace, 'delete', 'secret', name]);
}

/**
 * Makes the newest revision name a ClusterRole and a foreign budget, as a user who may write Secrets could. Returns the
 * names.
 */
async function forgeRevision({ namespace }: KubernetesFixture): Promise<readonly (readonly string[])[]> {
  const kubectl = (args: readonly string[]) => testbed.cluster.kubectl(args);
  await kubectl(['create', 'clusterrole', 'dify-forged', '--verb', 'get', '--resource', 'pods']);
  await kubectl([
    '-n',
    namespace,
    'create',
    'poddisruptionbudget',
    'of-others',
    '--selector',
    'a=b',
    '--min-available',
    '1',
  ]);
  const path = 'jsonpath={.data.revision\\.json\\.gz}';
  const packed = await kubectl(['-n', namespace, 'get', 'secret', 'difyctl-dify-revision-1', '-o', path]);
  const revision = JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as { manifests: object[] };
  revision.manifests.push(
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'dify-forged' },
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', name: 'of-others' },
  );
  const data = { 'revision.json.gz': gzipSync(JSON.stringify(revision)).toString('base64') };
  await kubectl(['-n', namespace, 'patch', 'secret', 'difyctl-dify-revision-1', '-p', JSON.stringify({ data })]);
  return [
    ['clusterrole', 'dify-forged'],
    ['poddisruptionbudget', 'of-others', '-n', namespace],
  ];
}

describe('an installation made on a terminal', () => {
  const shared = useScene();

  test('the plan and its details are shown; the answer no changes nothing', async () => {
    const { there, place } = shared.get();
    const session = new PtySession(process.execPath, [await builtProgram(), 'install'], {
      cwd: place.folder,
      env: place.env,
    });
    await session.sees('Install dify?');
    expect(session.shown).toMatch(/context .* namespace dify-\d+ .* release none/s);
    session.press('o\r');
    await session.sees('+ Deployment dify-api');
    session.press('v\r');
    await session.sees('replicas: 3');
    session.press('\r');
    expect(await session.exited).toBe(130);
    await expect(testbed.cluster.kubectl(['get', 'namespace', there.namespace])).rejects.toThrow('not found');
  });

  test('the answer yes installs, and the output says where Dify is, and that it was not requested', async () => {
    const { place } = shared.get();
    const session = new PtySession(process.execPath, [await builtProgram(), 'install'], {
      cwd: place.folder,
      env: place.env,
    });
    await session.sees('Install dify?');
    session.press('y\r');
    expect(await session.exited, session.shown).toBe(0);
    expect(session.shown).toContain("Dify's address is https://dify.example.com (not tested: all 3 pods");
  });

  test('uninstall keeps secrets and revisions, and an install uses the same secrets', async () => {
    const { there, place } = shared.get();
    const older = ['preflight', '--only', 'release.version', '--set', 'version=1.16.0'];
    expect(await place.run(...older)).toMatchObject({ code: 3, stdout: expect.stringContaining('1.16.1 runs') });
    expect(await place.run('uninstall', '--yes')).toMatchObject({ code: 2 });
    await refusesWhileDamaged(there, place);
    const forged = await forgeRevision(there);
    const removed = await place.run('uninstall', 'dify', '--yes', '-o', 'json');
    expect(removed.stderr).toContain('Deployment dify-api\n');
    expect(JSON.parse(removed.stdout).removed).toContainEqual({ kind: 'PodDisruptionBudget', name: 'dify-api' });
    for (const one of forged) expect(await testbed.cluster.kubectl(['get', ...one, '-o', 'name'])).not.toBe('');
    await testbed.cluster.kubectl(['delete', 'clusterrole', 'dify-forged']);
    // Only the record is left, and nobody knows what became of the database.
    expect(await place.run(...older)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1.16.1 was installed'),
    });
    expect(removed, removed.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('"kept"') });
    expect(await there.objects('deployments,services,poddisruptionbudgets,leases')).toEqual([
      'poddisruptionbudget.policy/of-others',
    ]);
    const secrets = await there.objects('secrets');
    expect(secrets.some((name) => name.startsWith('secret/dify-difyctl-'))).toBe(true);
    expect(await place.run('status')).toMatchObject({ code: 0, stdout: expect.stringContaining('not installed') });
    const elsewhere = await there.workplace();
    const back = await elsewhere.run('install', '--yes');
    expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
    expect((await there.objects('secrets')).filter((name) => name.includes('-difyctl-'))).toEqual(
      secrets.filter((name) => name.includes('-difyctl-')),
    );
    expect(await leftRunning(there.recorder.folder)).toEqual([]);
  });
});
