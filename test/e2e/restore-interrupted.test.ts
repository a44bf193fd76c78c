import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { contentsOf, PLANTED, PLUGINS, STORAGE, useBackupScene } from '../support/backup-fixture.ts';
import { told } from '../support/compose-fixture.ts';
import { complete, killAt, listed, type NamedMoment, namesIn } from '../support/interruption.ts';
import { quickenKey } from '../support/quick-key.ts';
import { sample } from '../support/sample.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';

/** Restores over live data, and drills beside it. Each run is killed with all its programs, and the next one completes. */
const engine = useSharedDockerHost([]);
const testbed = useBackupScene(() => engine.docker);

const IDENTITY = ['--identity', 'key.txt'] as const;

const at = (...parts: readonly string[]): string => testbed.get().at(...parts);

beforeAll(async () => {
  await complete(testbed.get(), 'backup');
  await quickenKey(at('repository'), PLANTED.repository);
});

describe('restore', () => {
  const RESTORE = ['restore', 'latest', '--yes', '--name', 'dify', ...IDENTITY] as const;
  const MAIN = '--dbname=dify ';
  const MOMENTS: readonly NamedMoment[] = [
    ['before it opens the secrets of the set', { call: '^restic dump .*/secrets' }],
    ['before it reads the parts', { call: '^restic unlock' }],
    ['while it reads the parts', { call: '^restic dump --no-lock [0-9a-f]+ /$' }],
    ['before it renames the live database', { call: '^psql .*ALTER DATABASE "?dify"? ' }],
    ['after it renamed the live database', { call: '^psql .*ALTER DATABASE "?dify"? ', when: 'after' }],
    ['while it restores the main database', { call: `^pg_restore .*${MAIN}` }],
    ['after it restored the main database', { call: `^pg_restore .*${MAIN}`, when: 'after' }],
    ['before it restores the plugin database', { call: '^pg_restore .*--dbname=dify_plugin ' }],
    ['while it restores the files', { call: '^restic restore .*/storage', when: { fills: STORAGE } }],
    ['after it restored the plugins', { call: '^restic restore .*/plugin_daemon', when: 'after' }],
  ];
  let restored: readonly unknown[] = [];

  /** The data of each store: `dify`, `dify_plugin`, the files and the plugins. */
  const dataOf = async ([main = '', plugin = '', files = '', plugins = '']: readonly string[]): Promise<
    readonly unknown[]
  > => [
    ...JSON.parse(await testbed.get().live([main, plugin])).slice(0, 2),
    await contentsOf(files),
    await contentsOf(plugins),
  ];
  const NOW = () => ['dify', 'dify_plugin', at(STORAGE), at(PLUGINS)];

  /** Where the data is that was live before the restore: renamed, or still in its place. */
  async function places(): Promise<readonly string[]> {
    const names = await testbed.get().databases();
    const beside = async (path: string): Promise<string | undefined> =>
      (await readdir(at(path, '..'))).filter((name) => at(path, '..', name).startsWith(`${at(path)}.before-`))[0];
    const files = await Promise.all(
      [STORAGE, PLUGINS].map(async (path) => {
        const name = await beside(path);
        return name === undefined ? at(path) : at(path, '..', name);
      }),
    );
    const databases = ['dify', 'dify_plugin'].map(
      (name) => names.find((one) => one.startsWith(`${name}_before_`)) ?? name,
    );
    return [...databases, ...files];
  }

  beforeAll(async () => {
    restored = await dataOf(NOW());
  });

  /** Data that the set does not have, in the place of what the last restore renamed. */
  beforeEach(async () => {
    const { query } = testbed.get();
    const [main, plugin, ...files] = await places();
    for (const name of [main, plugin])
      if (name?.includes('_before_') === true) await query(`DROP DATABASE "${name}" WITH (FORCE)`);
    for (const folder of files) if (folder.includes('.before-')) await rm(folder, { recursive: true });
    await query("INSERT INTO upload_files (key) VALUES ('upload_files/later.txt')", 'dify');
    await query("INSERT INTO plugin_installations (plugin_unique_identifier) VALUES ('later')", 'dify_plugin');
    for (const folder of [STORAGE, PLUGINS]) {
      await mkdir(at(folder), { recursive: true });
      await writeFile(at(folder, 'later.txt'), 'written after the backup');
    }
  });

  test.each(sample('moments of a restore', MOMENTS, 2))('killed %s loses nothing', async (_, moment) => {
    const scene = testbed.get();
    const [sets, live] = [await listed(scene), await dataOf(NOW())];
    await killAt(scene, moment, ...RESTORE);
    expect(await listed(scene)).toEqual(sets);
    expect(await dataOf(await places())).toEqual(live);
    await complete(scene, ...RESTORE);
    expect(await dataOf(NOW())).toEqual(restored);
    const earlier = await places();
    expect(earlier.filter((place) => /[._]before[-_]\d{14}$/.test(place))).toEqual(earlier);
    expect(await dataOf(earlier)).toEqual(live);
  });

  test('whose restic is killed while it reads the parts changed nothing, and found no damage', async () => {
    const { place, recorder } = testbed.get();
    const live = await dataOf(NOW());
    const held = await recorder.hold('^restic dump --no-lock [0-9a-f]+ /$');
    const run = await place.start(...RESTORE);
    process.kill(await run.until(held.pid), 'SIGKILL');
    await held.release();
    const ended = await run.outcome;
    expect(ended.stderr).toMatch(
      /^ {2}x the part postgres-main of set \S+ was not read to its end: restic .+; nothing was changed$/m,
    );
    expect(ended.stderr).not.toContain('damaged');
    expect(ended.code, told(ended)).toBe(8);
    expect(await dataOf(NOW())).toEqual(live);
  });
});

describe('drill', () => {
  const MOMENTS: readonly NamedMoment[] = [
    ['before it lists the snapshots', { call: '^restic snapshots' }],
    ['before it opens the secrets of the set', { call: '^restic dump .*/secrets' }],
    ['before it removes locks of dead runs', { call: '^restic unlock' }],
    ['after it created its databases', { call: '^restic restore .*/postgres-main' }],
    ['after it fetched the dump', { call: '^restic restore .*/postgres-main', when: 'after' }],
    ['before it restores the main database', { call: '^pg_restore .*--dbname difyctl_drill_[0-9a-f]+_main ' }],
    [
      'after it restored the main database',
      { call: '^pg_restore .*--dbname difyctl_drill_[0-9a-f]+_main ', when: 'after' },
    ],
    ['before it restores the plugin database', { call: '^pg_restore .*--dbname difyctl_drill_[0-9a-f]+_plugin ' }],
    ['before it restores the files', { call: '^restic restore .*/objects' }],
    ['before it verifies the recovered data', { call: '^restic restore .*/plugin-storage', when: 'after' }],
  ];

  const records = (): Promise<readonly string[]> => namesIn(at('.difyctl/dify/drills'));

  test.each(sample('moments of a drill', MOMENTS, 1))('killed %s is completed', async (_, moment) => {
    const scene = testbed.get();
    const before = [await listed(scene), await scene.live(), await records()] as const;
    await killAt(scene, moment, 'drill', ...IDENTITY);
    expect([await listed(scene), await scene.live(), await records()]).toEqual(before);
    await complete(scene, 'drill', ...IDENTITY);
    expect([await listed(scene), await scene.live()]).toEqual(before.slice(0, 2));
    expect(await records()).toHaveLength(before[2].length + 1);
  });
});
