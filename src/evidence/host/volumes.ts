import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseEnvFile } from '../../base/env-file.ts';
import { type CollectContext, type Collector, evidenceKey } from '../evidence.ts';
import { type LocalEngine, requireLocalEngine } from './local-engine.ts';

/** The folder of `objectStorage.local` with data of an earlier installation. */
interface StorageFolder {
  readonly path: string;
  /** Whether an init job has already changed the owner to the API's user; the job does it only once. */
  readonly isGiven: boolean;
  /** Entries with another owner than the API's user: the folder itself and its direct children; at most 20. */
  readonly foreign: readonly { readonly path: string; readonly owner: number }[];
}

/** The data folder of the bundled PostgreSQL with data of an earlier installation. */
interface PostgresFolder {
  readonly path: string;
  /** Content of PG_VERSION; undefined if it may not be read. */
  readonly major: string | undefined;
  /**
   * Whether the password of this run equals the one in the project's `.env`; `unknown` if there is no such file or
   * variable.
   */
  readonly password: 'same' | 'different' | 'unknown';
}

/** Data of an earlier installation; a field is absent if there is none, or if the deployment does not use it. */
export interface VolumesFact {
  readonly storage?: StorageFolder;
  readonly postgres?: PostgresFolder;
}
export const HOST_VOLUMES = evidenceKey<VolumesFact>('host.volumes', 1);

/** User id of Dify's API image since 1.10.1. */
const API_USER = 1001;
/** File that the init job leaves behind, upstream's and ours. */
const FLAG = '.init_permissions';
/** Variables of the password in `.env`: ours, and upstream's two. */
const PASSWORD_NAMES = ['DIFY_SECRET_POSTGRES_PASSWORD', 'POSTGRES_PASSWORD', 'DB_PASSWORD'];

export const hostVolumesCollector: Collector<VolumesFact> = {
  key: HOST_VOLUMES,
  timeoutMs: 20_000,
  collect: async (context, need) => {
    const here = await requireLocalEngine(context, need);
    const [storage, postgres] = await Promise.all([storageFolder(context, here), postgresFolder(context, here)]);
    return { ...(storage === undefined ? {} : { storage }), ...(postgres === undefined ? {} : { postgres }) };
  },
};

async function storageFolder(
  { baseDirectory }: CollectContext,
  { deployment: { objectStorage }, directory }: LocalEngine,
): Promise<StorageFolder | undefined> {
  if (objectStorage.provider !== 'local') return undefined;
  const own = objectStorage.local?.path;
  const path = own === undefined ? join(directory, 'volumes/app/storage') : resolve(baseDirectory, own);
  const names = await readdir(path).catch(() => undefined);
  if (names === undefined) return undefined;
  const places = [path, ...names.filter((name) => name !== FLAG).map((name) => join(path, name))];
  const owned = await Promise.all(
    places.map((place) =>
      stat(place).then(
        ({ uid }) => [{ path: place, owner: uid }],
        () => [],
      ),
    ),
  );
  const foreign = owned.flat().filter(({ owner }) => owner !== API_USER);
  return { path, isGiven: names.includes(FLAG), foreign: foreign.slice(0, 20) };
}

async function postgresFolder(
  { secrets }: CollectContext,
  { deployment: { postgres }, directory }: LocalEngine,
): Promise<PostgresFolder | undefined> {
  if (postgres.mode !== 'bundled') return undefined;
  const path = join(directory, 'volumes/db/data');
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => (error.code === 'EACCES' ? ['?'] : []));
  if (names.length === 0) return undefined;
  const version = (place: string) =>
    readFile(join(path, place, 'PG_VERSION'), 'utf8').then(
      (text) => text.trim(),
      () => undefined,
    );
  const major = (await version('pgdata')) ?? (await version('.'));
  const password = secrets?.has('postgres.password') === true ? secrets.get('postgres.password') : undefined;
  return { path, major, password: await compared(join(directory, '.env'), password) };
}

async function compared(envFile: string, password: string | undefined): Promise<PostgresFolder['password']> {
  const text = await readFile(envFile, 'utf8').catch(() => undefined);
  if (text === undefined || password === undefined) return 'unknown';
  const values = parseEnvFile(text);
  const known = PASSWORD_NAMES.map((name) => values[name]).find((value) => value !== undefined && value !== '');
  if (known === undefined) return 'unknown';
  return known === password ? 'same' : 'different';
}
