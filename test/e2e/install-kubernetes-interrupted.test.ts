import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, test } from 'vitest';
import type { InstallReport } from '../../src/operations/report.ts';
import { identify, isAlive, processSpace } from '../../src/state/lock/process.ts';
import { builtProgram } from '../support/built.ts';
import { leftRunning, type Outcome, type Running, type TempWorkspace } from '../support/difyctl.ts';
import {
  createKubernetesFixture,
  type KubernetesFixture,
  type KubernetesFixtureOptions,
} from '../support/kubernetes-fixture.ts';
import { PtySession } from '../support/pty.ts';
import { sample, samplePairs } from '../support/sample.ts';
import { useSharedCluster, useTestbed } from '../testbed/fixtures.ts';
import { startTcpDoor } from '../testbed/services/tcp-door.ts';

const testbed = useSharedCluster();

const open: KubernetesFixture[] = [];
let made = 0;

async function create(options: KubernetesFixtureOptions = {}): Promise<KubernetesFixture> {
  made += 1;
  return createKubernetesFixture(testbed.cluster, `dify-${made}`, options);
}

async function close(one: KubernetesFixture): Promise<void> {
  await one.end();
  await testbed.cluster.kubectl(['delete', 'namespace', one.namespace, '--ignore-not-found', '--wait=false']);
}

/** A scene of one test. */
async function scene(options: KubernetesFixtureOptions = {}): Promise<KubernetesFixture> {
  const scene = await create(options);
  open.push(scene);
  return scene;
}

afterEach(async () => {
  for (const one of open.splice(0)) await close(one);
});

/**
 * Checks the run after a killed one: it takes over at once and completes; one Secret is left, no operation is open,
 * nothing runs, and no lock exists.
 */
async function completes(there: KubernetesFixture, place: TempWorkspace): Promise<InstallReport> {
  const next: Outcome = await place.run('install', '--yes', '-o', 'json');
  expect(next, next.stderr).toMatchObject({ code: 0 });
  const report = JSON.parse(next.stdout) as InstallReport;
  expect((await there.helmHistory()).at(-1)).toContain('deployed');
  expect(await there.objects('leases')).toEqual([]);
  expect((await there.objects('secrets')).filter((name) => name.startsWith('secret/dify-difyctl-'))).toHaveLength(1);
  expect(await leftRunning(there.recorder.folder)).toEqual([]);
  return report;
}

/** Moments by the call at whose door the run is killed. */
const MOMENTS = [
  ['while preflight opens its way to the cluster', 'kubectl .*proxy --reject-methods='],
  ['while the plan is made', '^helm template .*--dry-run=server'],
  ['at the lock', '^kubectl .*create -f - .*-o json'],
  ['at the plan under the lock', '^helm history'],
  ['before the revision is written', '^kubectl .*version --client'],
  ['at the revision and the Secret', '^kubectl .*apply --server-side'],
  ['while the database is migrated', '^kubectl .*get job'],
  ['before helm begins', '^helm upgrade'],
  ['after helm, before the wait', '^helm get manifest'],
  ['while it waits', '^kubectl .*get deployments.apps,statefulsets.apps'],
  ['as the lock is released', '^kubectl .*delete --raw'],
] as const;

/** Seven of the moments, each by one of the signals; in a full run every moment by both. */
const KILLS = samplePairs('signals of kill point', sample('kill points', MOMENTS, 7), [
  'SIGKILL',
  'SIGINT',
] as const).map(([[moment, pattern], signal]) => ({ moment, pattern, signal }));

describe('a run', () => {
  test.each(KILLS)('killed $moment by $signal: the next run takes over and completes', async ({ pattern, signal }) => {
    const there = await scene();
    const place = await there.workplace();
    const hold = await there.recorder.hold(pattern);
    const run = await place.start('install', '--yes');
    await hold.reached();
    run.kill(signal);
    if (signal === 'SIGKILL') await run.outcome;
    await hold.release();
    const ended = await run.outcome;
    // A running child process gets the signal too. A lock that is being released is still released.
    if (signal === 'SIGINT') expect([130, 0], ended.stderr).toContain(ended.code);
    if (signal === 'SIGINT') expect(await leftRunning(there.recorder.folder)).toEqual([]);
    await completes(there, place);
  });
});

describe('helm killed while it works', () => {
  const SLOW = { HELM_QPS: '4', HELM_BURST_LIMIT: '1' };

  /** Starts an install whose helm works slowly. Returns when helm's own record says that it is in the middle of it. */
  async function startSlowly(
    there: KubernetesFixture,
    place: TempWorkspace,
    status: string,
    ...args: readonly string[]
  ): Promise<{ readonly run: Running; readonly helm: number }> {
    const hold = await there.recorder.hold('^helm upgrade');
    const run = await place.start('install', '--yes', ...args);
    const helm = await hold.reached();
    await hold.release(SLOW);
    await run.until(async () => ((await there.helmHistory()).some((line) => line.endsWith(status)) ? true : undefined));
    return { run, helm };
  }

  /** Installs until helm is in the middle of it, then kills both. */
  async function killInTheMiddle(
    there: KubernetesFixture,
    place: TempWorkspace,
    status: string,
    ...args: readonly string[]
  ) {
    const { run, helm } = await startSlowly(there, place, status, ...args);
    run.kill('SIGKILL');
    process.kill(helm, 'SIGKILL');
    await run.outcome;
    expect((await there.helmHistory()).at(-1)).toContain(status);
  }

  describe.each([3, 4] as const)('helm %i', (helm) => {
    const shared = useTestbed(
      async () => {
        const there = await create({ helm });
        return { there, place: await there.workplace() };
      },
      ({ there }) => close(there),
    );

    test('in a first install: the next run removes the incomplete release and installs', async () => {
      const { there, place } = shared.get();
      await killInTheMiddle(there, place, 'pending-install');
      const report = await completes(there, place);
      expect(report).toMatchObject({ outcome: 'applied', revision: 1 });
      expect(report.recovered.join()).toContain('pending-install');
    });

    if (helm === 3) return;
    test('in an upgrade: the next run rolls back to the last good revision, and continues', async () => {
      const { there, place } = shared.get();
      await killInTheMiddle(there, place, 'pending-upgrade', '--set', 'components.web.replicas=2');
      const next = await place.run('install', '--yes', '-o', 'json', '--set', 'components.web.replicas=2');
      expect(next, next.stderr).toMatchObject({ code: 0 });
      expect(JSON.parse(next.stdout)).toMatchObject({ outcome: 'applied', revision: 2 });
      expect((JSON.parse(next.stdout) as InstallReport).recovered.join()).toContain('pending-upgrade');
    });
  });

  test('interrupted by Ctrl-C: helm closes its release, the lock is released, and the state is reported', async () => {
    const there = await scene();
    const place = await there.workplace();
    const { run } = await startSlowly(there, place, 'pending-install');
    run.kill('SIGINT');
    expect(await run.outcome).toMatchObject({
      code: 130,
      stderr: expect.stringMatching(/the release is \w+, revision 1/),
    });
    expect(await there.helmHistory()).toEqual(['1 failed']);
    expect(await there.objects('leases')).toEqual([]);
    expect(await leftRunning(there.recorder.folder)).toEqual([]);
    expect(await completes(there, place)).toMatchObject({ revision: 1, recovered: [] });
  });

  test('difyctl killed alone: the next run ends the helm that is left before it touches the release', async () => {
    const there = await scene();
    const place = await there.workplace();
    const hold = await there.recorder.hold('^helm upgrade');
    const run = await place.start('install', '--yes');
    const helm = await hold.reached();
    run.kill('SIGKILL');
    await run.outcome;
    const report = await completes(there, place);
    expect(report.recovered.join()).toContain(`(process ${helm}) of the crashed run was stopped`);
  });
});

describe('a run whose reader has gone', () => {
  const OUTPUTS = [
    ['in text', []],
    ['as JSON', ['-o', 'json']],
  ] as const;

  test.each(sample('outputs of a run without a reader', OUTPUTS, 1))(
    '%s: completes the install, with its own exit code and no lock',
    async (_, output) => {
      const there = await scene();
      const place = await there.workplace();
      const hold = await there.recorder.hold('^helm upgrade');
      const run = await place.start('install', '--yes', ...output);
      await hold.reached();
      run.stopReading();
      await hold.release();
      expect(await run.outcome).toMatchObject({ code: 0 });
      expect(await there.helmHistory()).toEqual(['1 deployed']);
      expect(await there.objects('leases')).toEqual([]);
      expect(await completes(there, place)).toMatchObject({ outcome: 'unchanged', revision: 1 });
    },
  );

  test('a terminal that was closed: helm is stopped, and the lock is released', async () => {
    const there = await scene();
    const place = await there.workplace();
    const hold = await there.recorder.hold('^helm upgrade');
    const program = await builtProgram();
    const terminal = new PtySession(process.execPath, [program, 'install', '--yes'], {
      cwd: place.folder,
      env: place.env,
    });
    await hold.reached();
    terminal.close();
    expect(await terminal.exited).toBe(130);
    await hold.release();
    expect(await there.objects('leases')).toEqual([]);
    expect(await leftRunning(there.recorder.folder)).toEqual([]);
    expect(await completes(there, place)).toMatchObject({ outcome: 'applied', revision: 1 });
  });
});

describe('the run after a killed run', () => {
  test.each([
    [
      'with .difyctl deleted',
      async (place: TempWorkspace) => {
        await rm(join(place.folder, '.difyctl'), { recursive: true, force: true });
        return place;
      },
    ],
    [
      'from a second folder that has only the file',
      async (_: TempWorkspace, there: KubernetesFixture) => there.workplace(),
    ],
  ] as const)('%s, uses the same secrets and the same revision', async (_, next) => {
    const there = await scene();
    const place = await there.workplace();
    const run = await place.start('install', '--yes');
    await run.until(async () => ((await there.helmHistory()).length > 0 ? true : undefined));
    run.kill('SIGKILL');
    await run.outcome;
    const secrets = (await there.objects('secrets')).filter((name) => name.startsWith('secret/dify-difyctl-'));
    const report = await completes(there, await next(place, there));
    expect(report.revision).toBe(1);
    expect((await there.objects('secrets')).filter((name) => name.startsWith('secret/dify-difyctl-'))).toEqual(secrets);
  });

  test.each(sample('signals between the Secret and the revision', ['SIGKILL', 'SIGINT'] as const, 1))(
    'killed by %s between its Secret and its revision, continues from a second folder with the same secrets',
    async (signal) => {
      const there = await scene();
      const place = await there.workplace();
      const first = await there.recorder.hold('^kubectl .*apply --server-side');
      const run = await place.start('install', '--yes');
      await first.reached();
      await first.release();
      const second = await there.recorder.hold('^kubectl .*apply --server-side');
      await second.reached();
      run.kill(signal);
      if (signal === 'SIGKILL') await run.outcome;
      await second.release();
      await run.outcome;
      const made = (await there.objects('secrets')).filter((name) => name.startsWith('secret/dify-difyctl-'));
      expect(made).toHaveLength(1);
      await completes(there, await there.workplace());
      expect(await there.objects('secrets')).toEqual(expect.arrayContaining(made));
    },
  );

  test('is refused with exit 9 while the first still works, and names its owner', async () => {
    const there = await scene();
    const place = await there.workplace();
    const hold = await there.recorder.hold('^helm upgrade');
    const run = await place.start('install', '--yes');
    await hold.reached();
    const second = await there.workplace();
    expect(await second.run('install', '--yes')).toMatchObject({
      code: 9,
      stderr: expect.stringContaining('locked by '),
    });
    await hold.release();
    expect(await run.outcome).toMatchObject({ code: 0 });
  });
});

describe('an API server that fails in the middle of an install', () => {
  const OUTAGES = [
    ['at the revision and the Secret', '^kubectl .*apply --server-side'],
    ['while it waits', '^kubectl .*get deployments.apps,statefulsets.apps'],
  ] as const;

  test.each(sample('moments of an outage', OUTAGES, 1))(
    '%s: the install waits for it, says so once and succeeds',
    async (_, pattern) => {
      const { cluster } = testbed;
      const { hostname, port } = new URL(cluster.server);
      const door = await startTcpDoor(hostname, Number(port));
      try {
        const kubeconfig = join(cluster.folder, `door-${door.port}`);
        const original = await readFile(cluster.kubeconfig, 'utf8');
        await writeFile(kubeconfig, original.replace(cluster.server, `https://127.0.0.1:${door.port}`), {
          mode: 0o600,
        });
        const there = await scene({ kubeconfig });
        const place = await there.workplace();
        const hold = await there.recorder.hold(pattern);
        const run = await place.start('install', '--yes');
        await hold.reached();
        await door.shut();
        await hold.release();
        await run.says('retrying for half a minute');
        await door.open();
        const { code, stderr } = await run.outcome;
        expect(code, stderr).toBe(0);
        expect(stderr.match(/retrying for half a minute/g)).toHaveLength(1);
        expect(await there.helmHistory()).toEqual(['1 deployed']);
        expect(await there.objects('leases')).toEqual([]);
      } finally {
        await door.stop();
      }
    },
  );
});

describe('a forged Lease', () => {
  const record = {
    kind: 'Lock',
    version: 1,
    holder: 'mallory@elsewhere',
    run: 'forged',
    since: '2099-01-01T00:00:00Z',
  };

  /** A namespace with this Lease, and an install that finds it. */
  async function meets(lease: { readonly holderIdentity: string; readonly record?: object }) {
    const there = await scene();
    const place = await there.workplace();
    await testbed.cluster.kubectl(['create', 'namespace', there.namespace]);
    const annotations = lease.record === undefined ? {} : { 'difyctl/lock': JSON.stringify(lease.record) };
    await testbed.cluster.apply({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'difyctl-dify', namespace: there.namespace, annotations },
      spec: { holderIdentity: lease.holderIdentity, leaseDurationSeconds: 60 },
    });
    return { there, run: place.run('install', '--yes') };
  }

  test('ends no process: the lock of a living process is respected, one that is dead or unchanged is taken over', async () => {
    const bystander = execa('sleep', ['600'], { reject: false });
    try {
      const space = await processSpace();
      const other = (await identify(bystander.pid ?? 0)) ?? { pid: 0, startTime: '' };
      const children = [{ program: 'helm', ...other }];
      const started = String(Number(other.startTime) + 1_000_000_000);
      const living = await meets({ holderIdentity: 'x', record: { ...record, ...other, space, children } });
      const later = await meets({
        holderIdentity: 'x',
        record: { ...record, ...other, startTime: started, space, children },
      });
      const unnamed = await meets({ holderIdentity: '' });
      const [refused, taken, watched] = await Promise.all([living.run, later.run, unnamed.run]);
      expect(refused).toMatchObject({ code: 9, stderr: expect.stringContaining('mallory@elsewhere') });
      expect(taken, taken.stderr).toMatchObject({ code: 0 });
      expect(watched, watched.stderr).toMatchObject({ code: 0 });
      expect(await living.there.objects('leases')).toEqual(['lease.coordination.k8s.io/difyctl-dify']);
      for (const { there } of [later, unnamed]) expect(await there.objects('leases')).toEqual([]);
      expect(bystander.exitCode).toBe(null);
      expect(await isAlive(other)).toBe(true);
    } finally {
      bystander.kill('SIGKILL');
      await bystander;
    }
  });
});
