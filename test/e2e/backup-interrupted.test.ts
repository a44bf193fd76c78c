import { cp, readFile, rm } from 'node:fs/promises';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PLANTED, useBackupScene } from '../support/backup-fixture.ts';
import { told } from '../support/compose-fixture.ts';
import { complete, killAt, listed, type NamedMoment } from '../support/interruption.ts';
import { quickenKey } from '../support/quick-key.ts';
import { sample } from '../support/sample.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';

/** Backups of PostgreSQL and of buckets. Each run is killed with all its programs, and the next one completes. */
const engine = useSharedDockerHost([]);
const testbed = useBackupScene(() => engine.docker, 'buckets');

const LOCKS = { fills: 'repository/locks' } as const;
const PART = '^restic backup .*part=';

let live = '';

/** Copies of the repository with one set and with two. */
beforeAll(async () => {
  const scene = testbed.get();
  live = await scene.live();
  for (const copy of ['one', 'two']) {
    await complete(scene, 'backup');
    await quickenKey(scene.at('repository'), PLANTED.repository);
    await cp(scene.at('repository'), scene.at(copy), { recursive: true });
  }
});

/** Every test begins with the repository of one of the copies. */
async function begin(copy: 'one' | 'two'): Promise<void> {
  const { at } = testbed.get();
  await rm(at('repository'), { recursive: true });
  await cp(at(copy), at('repository'), { recursive: true });
}

/** The id of the set of a run with `-o json`. */
function setOf(stdout: string): string {
  return JSON.parse(stdout).manifest.set;
}

const record = (): Promise<string> => readFile(testbed.get().at('.difyctl/dify/verification.json'), 'utf8');

describe('backup', () => {
  beforeEach(() => begin('one'));

  const MOMENTS: readonly NamedMoment[] = [
    ['before it examines the databases', { call: '^psql .*alembic_version' }],
    ['while the main database is dumped', { call: '^pg_dump .*--dbname=dify$' }],
    ['after the main database is stored', { call: `${PART}postgres-main`, when: 'after' }],
    ['before the dump of the plugin database is read back', { call: '^restic dump .*/postgres-plugin.dump' }],
    ['before the bucket is copied', { call: '^rclone sync ' }],
    ['while the objects are stored', { call: `${PART}objects`, when: LOCKS }],
    ['after the plugins are stored', { call: `${PART}plugin-storage`, when: 'after' }],
    ['while the secrets are stored', { call: `${PART}secrets`, when: LOCKS }],
    ['before the manifest is stored', { call: `${PART}manifest` }],
    ['while the manifest is stored', { call: `${PART}manifest`, inner: '^cat ' }],
  ];

  const UNCHANGED: readonly NamedMoment[] = [
    ['before it stores unchanged parts again', { call: '^restic rewrite' }],
    ['before it gives unchanged parts to the new set', { call: '^restic tag' }],
    ['after it gave unchanged parts to the new set', { call: '^restic tag', when: 'after' }],
  ];

  test.each([
    ...sample('moments of a backup', MOMENTS, 2).map(([name, moment]) => [name, moment, 'changed'] as const),
    ...sample('moments of unchanged parts', UNCHANGED, 1).map(([name, moment]) => [name, moment, 'unchanged'] as const),
  ])('killed %s makes no set', async (_, moment, data) => {
    const scene = testbed.get();
    // A transaction with an id: the databases are dumped again, and the buckets copied.
    if (data === 'changed') await scene.query('SELECT txid_current()', 'dify');
    else await complete(scene, 'backup');
    const before = await listed(scene);
    await killAt(scene, moment, 'backup');
    const killed = await listed(scene);
    expect(killed.sets).toEqual(before.sets);
    expect(await scene.live()).toBe(live);
    const { stdout } = await complete(scene, 'backup', '-o', 'json');
    expect(await listed(scene)).toEqual({ ...killed, sets: [...before.sets, setOf(stdout)] });
  });

  test('killed after the manifest is stored has made the set', async () => {
    const scene = testbed.get();
    const before = await listed(scene);
    await killAt(scene, { call: `${PART}manifest`, when: 'after' }, 'backup');
    const killed = await listed(scene);
    expect(killed).toEqual({ ...before, sets: [...before.sets, expect.any(String)] });
    const { stdout } = await complete(scene, 'backup', '-o', 'json');
    expect((await listed(scene)).sets).toEqual([...killed.sets, setOf(stdout)]);
  });

  const SIDES = ['before', 'after'] as const;

  test.each(sample('sides of the creation', SIDES, 1))(
    'killed %s it creates the repository is completed',
    async (when) => {
      const scene = testbed.get();
      const other = ['--set', `recovery.backup.repository=./repository-${when}`] as const;
      await killAt(scene, { call: '^restic init', when }, 'backup', ...other);
      const { stdout } = await complete(scene, 'backup', '-o', 'json', ...other);
      expect(await listed(scene, ...other)).toEqual({ sets: [setOf(stdout)], partial: [] });
    },
  );
});

describe('backup verify', () => {
  const MOMENTS: readonly NamedMoment[] = [
    ['before it opens the repository', { call: '^restic cat config' }],
    ['before it removes locks of dead runs', { call: '^restic unlock' }],
    ['after it removed locks of dead runs', { call: '^restic unlock', when: 'after' }],
    ['before it lists the snapshots', { call: '^restic snapshots' }],
    ['after it listed the snapshots', { call: '^restic snapshots', when: 'after' }],
    ['before it reads a manifest', { call: '^restic dump .*/manifest.json' }],
    ['after it read a manifest', { call: '^restic dump .*/manifest.json', when: 'after' }],
    ['before it verifies the data', { call: '^restic check' }],
    ['while it verifies the data', { call: '^restic check', when: LOCKS }],
    ['before it stores the result', { call: '^restic check', when: 'after' }],
  ];

  beforeAll(() => complete(testbed.get(), 'backup', 'verify'));
  beforeEach(() => begin('one'));

  test.each(sample('moments of a verification', MOMENTS, 1))('killed %s changes nothing', async (_, moment) => {
    const scene = testbed.get();
    const before = [await listed(scene), await record()];
    await killAt(scene, moment, 'backup', 'verify');
    expect([await listed(scene), await record()]).toEqual(before);
    await complete(scene, 'backup', 'verify');
    expect(await record()).not.toBe(before[1]);
    expect(await scene.live()).toBe(live);
  });

  const CALLS = ['^restic dump .*/manifest.json', '^restic check'] as const;

  test.each(sample('programs of a verification', CALLS, 1))(
    'whose program %s is killed has not finished, and found no damage',
    async (call) => {
      const { place, recorder } = testbed.get();
      const before = await record();
      const held = await recorder.hold(call);
      const run = await place.start('backup', 'verify');
      process.kill(await run.until(held.pid), 'SIGKILL');
      await held.release();
      const ended = await run.outcome;
      expect(ended.stderr).toContain('  x the verification did not finish: restic ');
      expect(ended.stderr).toContain('run difyctl backup verify again');
      expect(ended.stderr).not.toContain('damaged');
      expect(ended.code, told(ended)).toBe(8);
      expect(await record()).toBe(before);
      await complete(testbed.get(), 'backup', 'verify');
    },
  );
});

describe('backup prune', () => {
  const ONE = '^restic forget .*--prune [0-9a-f]{64}$';
  const SEVERAL = '^restic forget .*--prune [0-9a-f]{64} [0-9a-f]{64}';
  const MOMENTS: readonly NamedMoment[] = [
    ['before it opens the repository', { call: '^restic cat config' }],
    ['before it removes locks of dead runs', { call: '^restic unlock' }],
    ['after it listed the snapshots', { call: '^restic snapshots', when: 'after' }],
    ['before it reads a manifest', { call: '^restic dump .*/manifest.json' }],
    ['before it removes the manifest', { call: ONE }],
    ['while it removes the manifest', { call: ONE, when: LOCKS }],
    ['after it removed the manifest', { call: ONE, when: 'after' }],
    ['before it removes the parts', { call: SEVERAL }],
    ['while it removes the parts', { call: SEVERAL, when: LOCKS }],
    ['after it removed the parts', { call: SEVERAL, when: 'after' }],
  ];

  beforeEach(() => begin('two'));

  test.each(sample('moments of a prune', MOMENTS, 1))('killed %s keeps the newest set', async (_, moment) => {
    const scene = testbed.get();
    const [older, newer] = (await listed(scene)).sets;
    await killAt(scene, moment, 'backup', 'prune', '--yes');
    expect([[older, newer], [newer]]).toContainEqual((await listed(scene)).sets);
    await complete(scene, 'backup', 'prune', '--yes');
    expect((await listed(scene)).sets).toEqual([newer]);
    await complete(scene, 'backup', 'verify', '--all');
    expect(await scene.live()).toBe(live);
  });
});
