import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { contentsOf, PLANTED, PLUGINS, STORAGE, useBackupScene } from '../support/backup-fixture.ts';
import { type CliRun, runCli } from '../support/cli.ts';
import { TENANT } from '../support/dify-data.ts';
import { quickenKey } from '../support/quick-key.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';

/** What no backup, restore, prune or drill may accept: each is refused with its words, and nothing is changed. */
const engine = useSharedDockerHost([]);
const testbed = useBackupScene(() => engine.docker);

const at = (...parts: readonly string[]): string => testbed.get().at(...parts);
const query = (sql: string, database?: string): Promise<string> => testbed.get().query(sql, database);
const KEY_FILE = `${STORAGE}/privkeys/${TENANT}/private.pem`;
const RESTORE = ['restore', 'latest', '--yes', '--name', 'dify', '--identity', 'key.txt'] as const;

function difyctl(...argv: readonly string[]): Promise<CliRun> {
  const { place } = testbed.get();
  return runCli(argv, { cwd: place.folder, env: place.env });
}

let sets: readonly string[] = [];
let before: object = {};

/**
 * The error and the lines below it, which follow the lines of progress. `HERE` stands for the folder, `PG` for the
 * server, `OLDER` and `NEWER` for the two sets.
 */
function refusalOf({ code, stderr }: CliRun): readonly string[] {
  const { place, postgres } = testbed.get();
  const [older = '', newer = ''] = sets;
  const text = stderr
    .replaceAll(place.folder, 'HERE')
    .replaceAll(`${postgres.host}:${postgres.port}`, 'PG')
    .replaceAll(older, 'OLDER')
    .replaceAll(newer, 'NEWER');
  const lines = text.trimEnd().split('\n');
  expect(lines.at(-1), text).toBe(`  exit ${code}`);
  return lines.slice(lines.findLastIndex((line) => line.startsWith('  x ')));
}

/** Everything that a refused command could change. */
async function everything(): Promise<object> {
  const { databases, live } = testbed.get();
  return {
    databases: await databases(),
    live: await live(),
    project: await contentsOf(at('dify')),
    state: await contentsOf(at('.difyctl')),
    snapshots: (await readdir(at('repository/snapshots'))).toSorted(),
  };
}

beforeAll(async () => {
  for (const _ of [1, 2]) {
    const made = await difyctl('backup', '-o', 'json');
    expect(made.code, made.stderr).toBe(0);
    sets = [...sets, JSON.parse(made.stdout).manifest.set];
    await quickenKey(at('repository'), PLANTED.repository);
  }
  before = await everything();
});

describe('a backup', () => {
  interface Wrong {
    /** Makes the place wrong, and returns what makes it right again. */
    readonly arrange?: () => Promise<() => Promise<unknown>>;
    readonly words?: readonly string[];
    readonly expected: readonly string[];
  }

  /** Moves a file or folder away. */
  async function aside(path: string): Promise<() => Promise<void>> {
    await rename(at(path), at('aside'));
    return () => rename(at('aside'), at(path));
  }

  test.each<[string, Wrong]>([
    [
      'the private key of another tenant',
      {
        arrange: async () => {
          const own = await readFile(at(KEY_FILE), 'utf8');
          const { privateKey } = generateKeyPairSync('rsa', {
            modulusLength: 2048,
            privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
            publicKeyEncoding: { type: 'spki', format: 'pem' },
          });
          await writeFile(at(KEY_FILE), privateKey);
          return () => writeFile(at(KEY_FILE), own);
        },
        expected: [
          `  x the private key of tenant ${TENANT} does not belong to the public key in the database: privkeys/${TENANT}/private.pem`,
          '     -> check that objectStorage names the storage that Dify uses, and that postgres.databases.main is the database of this installation',
          '  exit 2',
        ],
      },
    ],
    [
      'an empty volume of plugins',
      {
        arrange: () => aside(`${PLUGINS}/plugin`),
        expected: [
          `  x the folder HERE/${PLUGINS} has no file, and 1 row of plugin_installations name files in it`,
          '     -> check that target.directory names the storage that Dify uses',
          '  exit 2',
        ],
      },
    ],
    [
      'an empty volume of files',
      {
        arrange: () => aside(`${STORAGE}/upload_files`),
        expected: [
          `  x the folder HERE/${STORAGE} has no file, and 3 rows of upload_files name files in it`,
          '     -> check that objectStorage.local.path names the storage that Dify uses',
          '  exit 2',
        ],
      },
    ],
    [
      'an empty database of plugins',
      {
        arrange: async () => {
          await query('CREATE DATABASE empty OWNER dify');
          return () => query('DROP DATABASE empty');
        },
        words: ['--set', 'postgres.databases.plugin=empty'],
        expected: [
          "  x the database empty at PG has no table, so it is not the plugin daemon's",
          '     -> check postgres.databases.plugin, and that Dify was started once',
          '  exit 2',
        ],
      },
    ],
    [
      'a repository among the files',
      {
        words: ['--set', `recovery.backup.repository=./${STORAGE}/backup`],
        expected: [
          `  x the repository ./${STORAGE}/backup is in the folder HERE/${STORAGE}, which a set copies`,
          '     -> set recovery.backup.repository to a place outside of it',
          '  exit 2',
        ],
      },
    ],
  ])('is refused with %s before anything is copied', async (_, { arrange, words = [], expected }) => {
    const undo = await arrange?.();
    const refused = refusalOf(await difyctl('backup', ...words));
    await undo?.();
    expect(refused).toEqual(expected);
    expect(await everything()).toEqual(before);
  });
});

describe('a restore over live data', () => {
  const misfit = (problem: string): readonly string[] => [
    '  x set NEWER does not fit; nothing was changed',
    `    ${problem}`,
    '     -> difyctl backup list shows the sets',
    '     -> docs/recovery.md explains each refusal',
    '  exit 2',
  ];

  test.each<[string, readonly string[], readonly string[]]>([
    [
      'another age key',
      [...RESTORE.slice(0, -1), 'other-key.txt'],
      [
        '  x the age key does not open the secrets of NEWER',
        '     -> use the key of one of the recipients: difyctl backup list -o json shows them',
        '  exit 2',
      ],
    ],
    [
      'another SECRET_KEY',
      [...RESTORE, '--set', 'secrets.secretKey={file: ./repository-password}'],
      misfit(
        'secrets.secretKey  SECRET_KEY is not the one that the set was made with: stored OAuth clients could not be decrypted',
      ),
    ],
    [
      'another password of the repository',
      [...RESTORE, '--set', 'recovery.backup.password={file: ./other-key.txt}'],
      [
        '  x the password does not open the repository ./repository',
        '     -> check the secret that recovery.backup.password names',
        '  exit 2',
      ],
    ],
    [
      'an older image',
      [...RESTORE, '--version-of-dify', '1.15.0'],
      misfit('version  Dify 1.15.0 is older than 1.16.1, which wrote the data: a schema cannot be migrated back'),
    ],
    [
      'a deployment that is not named',
      [...RESTORE.slice(0, 3), ...RESTORE.slice(5)],
      [
        '  x the place of the restore is not empty; nothing was changed',
        '    postgres-main    database dify at PG has 8 tables',
        '    postgres-plugin  database dify_plugin at PG has 1 table',
        `    objects          folder HERE/${STORAGE} has 4 files`,
        `    plugin-storage   folder HERE/${PLUGINS} has 1 file`,
        '     -> difyctl restore NEWER --yes --name dify restores over it: databases and folders are renamed, not deleted',
        '  exit 2',
      ],
    ],
  ])('is refused with %s before anything is changed', async (_, words, expected) => {
    expect(refusalOf(await difyctl(...words))).toEqual(expected);
    expect(await everything()).toEqual(before);
  });
});

describe('a drill', () => {
  test('is refused if a database of Dify has a name that a drill would drop', async () => {
    const name = 'difyctl_drill_deadbeef_main';
    await query(`CREATE DATABASE ${name} OWNER dify TEMPLATE dify`);
    const refused = refusalOf(await difyctl('drill', '--set', `postgres.databases.main=${name}`));
    const rows = await query('SELECT count(*) FROM upload_files', name);
    await query(`DROP DATABASE ${name}`);
    expect(refused).toEqual([
      `  x the database ${name} of Dify has the name of a scratch database, which a drill drops`,
      '     -> rename the database, and set postgres.databases',
      '  exit 2',
    ]);
    expect(rows).toBe('3');
    expect(await everything()).toEqual(before);
  });
});

/** The last one: it changes the repository. */
describe('a set with the manifest of another one', () => {
  let changed: object = {};
  beforeAll(async () => {
    const [older = '', newer = ''] = sets;
    const { restic } = testbed.get();
    const [manifest] = JSON.parse(await restic('snapshots', '--json', '--tag', `set=${older},part=manifest`));
    await writeFile(at('manifest.json'), await restic('dump', manifest.id, '/manifest.json'));
    const [own] = JSON.parse(await restic('snapshots', '--json', '--tag', `set=${newer},part=manifest`));
    await restic('forget', own.id);
    const tags = ['difyctl', 'deployment=dify', `set=${newer}`, 'part=manifest'].flatMap((tag) => ['--tag', tag]);
    const source = ['--stdin-filename', 'manifest.json', '--stdin-from-command', '--', 'cat', at('manifest.json')];
    await restic('backup', ...tags, ...source);
    await rm(at('manifest.json'));
    changed = await everything();
  });

  test.each<[string, () => readonly string[], readonly string[]]>([
    [
      'restore',
      () => ['restore', sets[1] ?? '', ...RESTORE.slice(2)],
      [
        '  x the manifest of set NEWER cannot be read: it is the manifest of set "OLDER"',
        '     -> difyctl backup verify',
        '  exit 6',
      ],
    ],
    [
      'drill',
      () => ['drill', sets[1] ?? ''],
      [
        '  x the manifest of set NEWER cannot be read: it is the manifest of set "OLDER"',
        '     -> difyctl backup verify',
        '  exit 6',
      ],
    ],
    [
      'prune',
      () => ['backup', 'prune', '--yes'],
      [
        '  x the manifest of 1 set cannot be read, so nothing was removed',
        '    NEWER  it is the manifest of set "OLDER"',
        '     -> if the set is lost, remove its snapshots: restic snapshots --tag set=NEWER, restic forget ID',
        '  exit 2',
      ],
    ],
  ])('is refused by %s', async (_, words, expected) => {
    expect(refusalOf(await difyctl(...words()))).toEqual(expected);
    expect(await everything()).toEqual(changed);
  });
});
