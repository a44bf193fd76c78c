import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { execa } from 'execa';
import { DEBIAN_SETS } from '../testbed/debian/sets.ts';
import { debianTree } from '../testbed/debian/tree.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { type PostgresService, startPostgres } from '../testbed/services/postgres.ts';
import { debianPostgres } from '../testbed/services/postgres-installation.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';
import { type FileBuckets, startFileBuckets } from './bucket-files.ts';
import { SAMPLE_FILES } from './deployments.ts';
import { MAIN_SQL, PLUGIN_SQL, SECRET_KEY, writeObjects, writePackages, writeSecretKey } from './dify-data.ts';
import { createWorkspace, leftRunning, type TempWorkspace } from './difyctl.ts';
import { createRecorder, type Recorder, until } from './recorder.ts';

/** Tables by which a backup recognises Dify's database, besides those that invariants read. */
const ALL_SQL = `${MAIN_SQL} CREATE TABLE accounts (id int, created_at timestamp);`;

/** Secrets of the deployment that no program, log or copy may show. The others are in `.difyctl/dify/secrets.yaml`. */
export const PLANTED = {
  database: 'planted-password-of-the-database',
  repository: 'planted-password-of-the-repository',
  secretKey: SECRET_KEY,
} as const;

/**
 * A Compose project with an external PostgreSQL and files in folders or buckets, a repository, and the programs,
 * recorded.
 */
export interface BackupScene {
  readonly postgres: PostgresService;
  readonly recorder: Recorder;
  readonly place: TempWorkspace;
  /** The programs, not recorded: by name, the absolute path. */
  readonly programs: Readonly<Record<'restic' | 'psql' | 'pg_dump' | 'pg_dumpall' | 'pg_restore', string>>;
  /** HOME of the runs. */
  readonly home: string;
  /** Temporary folders of the runs. */
  readonly temporary: string;
  at(...parts: readonly string[]): string;
  query(sql: string, database?: string): Promise<string>;
  /** Everything in both databases and both folders or buckets: equal texts mean equal data. */
  live(databases?: readonly [string, string]): Promise<string>;
  /** Names of the databases with `dify` in their names, sorted. */
  databases(): Promise<readonly string[]>;
  /** Calls restic on the repository. */
  restic(...args: readonly string[]): Promise<string>;
  /** Waits until no program of a run runs. */
  quiet(): Promise<void>;
  end(): Promise<void>;
}

/** Paths of the project in the workspace. */
export const STORAGE = 'dify/volumes/app/storage';
export const PLUGINS = 'dify/volumes/plugin_daemon';

interface Engine {
  readonly docker: string;
  readonly env: Readonly<Record<string, string>>;
}

/** `engine`: the Docker host of the test file, which must be provided before. `files`: where Dify's files are. */
export function useBackupScene(
  engine: () => Engine,
  files: 'folders' | 'buckets' = 'folders',
): { readonly get: () => BackupScene } {
  return useTestbed(
    () => openScene(engine(), files),
    (scene) => scene.end(),
  );
}

async function openScene({ docker, env }: Engine, files: 'folders' | 'buckets'): Promise<BackupScene> {
  const [postgres, client, { restic }, identity, buckets] = await Promise.all([
    startPostgres(),
    debianPostgres(),
    ensure(['restic']),
    generateX25519Identity(),
    files === 'buckets' ? startFileBuckets() : undefined,
  ]);
  const own = (name: string): string => path.join(client.programs, name);
  const programs = {
    ...{ restic, psql: own('psql'), pg_dump: own('pg_dump') },
    ...{ pg_dumpall: own('pg_dumpall'), pg_restore: own('pg_restore') },
  };
  // restic reads the texts of a set from it.
  const reader = { cat: '/bin/cat' };
  const copier =
    buckets === undefined ? {} : { rclone: path.join((await debianTree(DEBIAN_SETS.rclone)).root, 'usr/bin/rclone') };
  const recorder = await createRecorder({ ...programs, ...reader, ...copier, docker });
  const file = { ...fileOf(postgres, await identityToRecipient(identity)), ...buckets?.file };
  const home = await serviceFolder('backup');
  const temporary = path.join(home, 'temporary');
  await mkdir(temporary);
  const place = await createWorkspace(file, {
    ...{ ...client.env, ...env, PATH: `${recorder.folder}:/usr/bin:/bin`, HOME: home },
    ...{ TMPDIR: temporary, DIFY_PG_PASSWORD: PLANTED.database, ...buckets?.env },
  });
  const at = (...parts: readonly string[]): string => path.join(place.folder, ...parts);
  await writeFile(at('key.txt'), `${identity}\n`, { mode: 0o600 });
  await writeFile(at('other-key.txt'), `${await generateX25519Identity()}\n`, { mode: 0o600 });
  await writeFile(at('repository-password'), PLANTED.repository, { mode: 0o600 });
  await writeSecretKey(place.folder);
  await postgres.query(`CREATE ROLE dify LOGIN CREATEDB PASSWORD '${PLANTED.database}'`);
  for (const name of ['dify', 'dify_plugin']) await postgres.query(`CREATE DATABASE ${name} OWNER dify`);
  await postgres.query(`SET ROLE dify; ${ALL_SQL}`, 'dify');
  await postgres.query(`SET ROLE dify; ${PLUGIN_SQL}`, 'dify_plugin');
  await writeObjects(at(STORAGE));
  await writePackages(at(PLUGINS));
  if (buckets !== undefined) for (const folder of [STORAGE, PLUGINS]) await buckets.take(at(folder));
  return sceneOf({ postgres, recorder, place, programs, home, temporary, at }, buckets);
}

function sceneOf(
  made: Pick<BackupScene, 'postgres' | 'recorder' | 'place' | 'programs' | 'home' | 'temporary' | 'at'>,
  buckets: FileBuckets | undefined,
): BackupScene {
  const { postgres, recorder, place, programs, home, at } = made;
  const query: BackupScene['query'] = (sql, database) => postgres.query(sql, database);
  return {
    ...made,
    query,
    live: async ([main, plugin] = ['dify', 'dify_plugin']) => {
      const rows = "SELECT md5(schema_to_xml('public', true, true, '')::text)";
      const digests = [await query(rows, main), await query(rows, plugin)];
      const files = [await contentsOf(at(STORAGE)), await contentsOf(at(PLUGINS)), await buckets?.contents()];
      return JSON.stringify([...digests, ...files]);
    },
    databases: async () =>
      (await query("SELECT datname FROM pg_database WHERE datname LIKE '%dify%' ORDER BY 1")).split('\n'),
    restic: async (...args) => {
      const login = { RESTIC_REPOSITORY: at('repository'), RESTIC_PASSWORD_FILE: at('repository-password') };
      const env = { ...place.env, ...login };
      return (await execa(programs.restic, args, { env, extendEnv: false, stdin: 'ignore' })).stdout;
    },
    quiet: () =>
      until(async () => ((await leftRunning(recorder.folder)).length === 0 ? true : undefined)).then(() => undefined),
    end: async () => {
      await postgres.stop();
      await buckets?.stop();
      await recorder.remove();
      await place.remove();
      await removeFolder(home);
    },
  };
}

/** Every file below a folder with its contents; empty if it does not exist. */
export async function contentsOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const read = await Promise.all(files.map(async (one) => [path.relative(folder, one), await readFile(one, 'utf8')]));
  return Object.fromEntries(read.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)));
}

/** The file of the project, which generates its other secrets. */
function fileOf({ host, port }: PostgresService, recipient: string): object {
  return {
    ...SAMPLE_FILES['prod-compose-s3-qdrant'],
    ...{ name: 'dify', redis: { mode: 'bundled' }, vectorStore: { mode: 'bundled' } },
    ...{ target: { type: 'compose', directory: './dify' }, objectStorage: { provider: 'local' } },
    postgres: { mode: 'external', host, port, password: { env: 'DIFY_PG_PASSWORD' } },
    recovery: {
      backup: {
        ...{ repository: './repository', password: { file: './repository-password' }, recipients: [recipient] },
        keep: { last: 1, daily: 0, weekly: 0, monthly: 0 },
      },
      vectorStore: { strategy: 'rebuild' },
    },
  };
}
