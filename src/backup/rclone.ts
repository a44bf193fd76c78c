import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { sha256 } from '../base/digest.ts';
import { ExternalError, UserError } from '../base/errors.ts';
import { type Redact, redactor } from '../base/redact.ts';
import type { ObjectStorage } from '../deployment/schema/object-storage.ts';
import type { SecretValues } from '../deployment/secrets.ts';
import { outputLines } from '../exec/answer.ts';
import type { Runner, RunOptions } from '../exec/runner.ts';
import { bucketCommands, describedStore, identityOf, storeCaFile } from '../providers/object-storage/registry.ts';
import { containerSas } from '../storage/azure/sas.ts';
import { s3PlaceOf } from '../storage/s3/places.ts';

/** The rclone program on the object storage of a deployment. Each method throws ExternalError. */
export interface Rclone {
  version(options: RunOptions): Promise<string>;
  /** Returns the keys of a bucket. Throws UserError if the bucket does not exist. */
  keys(bucket: string, options: RunOptions): Promise<readonly string[]>;
  /** Returns the objects of a bucket. Throws UserError if the bucket does not exist. */
  list(bucket: string, options: RunOptions): Promise<BucketList>;
  /** Returns the first part of each key of a bucket: `upload_files/`, `privkeys/`. */
  top(bucket: string, options: RunOptions): Promise<readonly string[]>;
  /** Returns the keys of the objects that a folder is a copy of. */
  copied(folder: string, options: RunOptions): Promise<readonly string[]>;
  /**
   * Makes a folder equal to a bucket, without the objects at and below the paths of `without`. Copies only what changed.
   */
  sync(bucket: string, folder: string, without: readonly string[], options: RunOptions): Promise<void>;
  /** Returns the text of an object. */
  text(bucket: string, key: string, options: RunOptions): Promise<string>;
  /** Copies a folder into a bucket, and verifies that each file is there with its size. Deletes nothing. */
  upload(folder: string, bucket: string, options: RunOptions): Promise<void>;
  /** Writes a text as an object. */
  put(bucket: string, key: string, text: string, options: RunOptions): Promise<void>;
}

/** The objects of a bucket at one time. */
export interface BucketList {
  readonly keys: readonly string[];
  /** Digest of the key, size and time of every object. */
  readonly digest: string;
  /** Time of the newest object, in whole seconds. Undefined for an empty bucket. */
  readonly newest: Date | undefined;
}

/** The name of the object storage in rclone's configuration. */
const REMOTE = 'source';
/** Objects that are copied at the same time. Most objects of Dify are small, so that requests take most of the time. */
const TRANSFERS = '--transfers=16';
/** The time of an object is that of the list: for rclone's own, it would send a request for each object. */
const TIME_OF_LIST = '--use-server-modtime';
/** Lists size, time and key of each object. A key may contain every separator, so that it is the last. */
const WITH_STATE = ['--format=stp', '--separator=\t', TIME_OF_LIST];
const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a signature for a container is valid. A run of difyctl calls rclone for at most a day with each bucket. */
const SIGNED_MS = 3 * DAY_MS;

/**
 * Returns rclone on the object storage. The login is a file (0600) in `folder`. Throws UserError for a storage that
 * difyctl cannot copy, if a key was not found, and if the file names no key that rclone needs.
 */
export async function rclone(
  runner: Runner,
  storage: ObjectStorage,
  secrets: SecretValues,
  folder: string,
  baseDirectory: string,
): Promise<Rclone> {
  const config = `${folder}/rclone.conf`;
  await mkdir(dirname(config), { recursive: true, mode: 0o700 });
  const remote = remoteOf(storage, secrets);
  await writeFile(config, configText(remote), { mode: 0o600 });
  // An error of rclone may show the whole address, and the runner does not know a signature that was made here.
  const redact = redactor(remote.made);
  const ca = storage.provider === 'local' ? undefined : storeCaFile(storage);
  const trust = ca === undefined ? {} : { RCLONE_CA_CERT: resolve(baseDirectory, ca) };
  const run = async (args: readonly string[], options: RunOptions): Promise<string> => {
    // rclone fails if AWS_CA_BUNDLE is set (seen with 1.60). Without HOME it would look for a configuration elsewhere.
    const env = { AWS_CA_BUNDLE: '', RCLONE_CONFIG: config, ...trust, ...options.env };
    try {
      return (await runner.run('rclone', args, { timeoutMs: DAY_MS, ...options, env })).stdout;
    } catch (error) {
      throw error instanceof ExternalError ? redacted(error, redact) : error;
    }
  };
  const list = (place: string, options: RunOptions, how: readonly string[] = []): Promise<string> =>
    run(['lsf', '-R', '--files-only', ...how, place], options);
  const listBucket = async (bucket: string, options: RunOptions, how?: readonly string[]): Promise<string> => {
    try {
      return await list(`${REMOTE}:${bucket}`, options, how);
    } catch (error) {
      throw isMissing(error) ? missingBucket(storage, bucket, error) : error;
    }
  };
  return {
    version: async (options) => /^rclone v(\S+)/.exec(await run(['version'], options))?.[1] ?? 'unknown',
    keys: async (bucket, options) => outputLines(await listBucket(bucket, options)),
    list: async (bucket, options) =>
      bucketList(await listBucket(bucket, { ...options, env: { ...options.env, TZ: 'UTC' } }, WITH_STATE)),
    top: async (bucket, options) => outputLines(await run(['lsf', `${REMOTE}:${bucket}`], options)),
    copied: async (folder, options) => outputLines(await list(folder, options)),
    sync: async (bucket, to, without, options) => {
      const how = ['--retries=3', TRANSFERS, '--stats=0', '--delete-excluded', TIME_OF_LIST];
      const left = without.flatMap((path) => [`--exclude=/${path}`, `--exclude=/${path}/**`]);
      await run(['sync', ...how, ...left, `${REMOTE}:${bucket}`, to], options);
    },
    text: (bucket, key, options) => run(['cat', `${REMOTE}:${bucket}/${key}`], options),
    upload: async (from, bucket, options) => {
      await run(['copy', '--retries=3', TRANSFERS, '--stats=0', from, `${REMOTE}:${bucket}`], options);
      await run(['check', '--one-way', '--size-only', '--stats=0', from, `${REMOTE}:${bucket}`], options);
    },
    put: async (bucket, key, text, options) =>
      void (await run(['rcat', `${REMOTE}:${bucket}/${key}`], { ...options, input: text })),
  };
}

/** Size, time and key of an object as rclone lists them: `4096<TAB>2026-12-01 02:15:00<TAB>upload_files/a.txt`. */
const LISTED = /^-?\d+\t(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\t(.*)$/;

/** Reads the lines of a list, in UTC. A line of another form belongs to a key with a line break. */
export function bucketList(text: string): BucketList {
  const lines = text.split('\n').filter((line) => line !== '');
  const keys: string[] = [];
  let newest = '';
  for (const line of lines) {
    const [, day, time, key] = LISTED.exec(line) ?? [];
    if (key === undefined) {
      keys.push(`${keys.pop() ?? ''}\n${line}`);
      continue;
    }
    keys.push(key);
    const at = `${day}T${time}Z`;
    if (at > newest) newest = at;
  }
  return { keys, digest: sha256(lines.toSorted().join('\n')), newest: newest === '' ? undefined : new Date(newest) };
}

/** rclone's words, with exit code 3, for a bucket that does not exist (rclone.org, List of exit codes). */
function isMissing(error: unknown): boolean {
  return error instanceof ExternalError && error.stderr.some((one) => one.endsWith('directory not found'));
}

function missingBucket(storage: ObjectStorage, bucket: string, cause: unknown): UserError {
  const next =
    storage.provider === 'local'
      ? []
      : [`check objectStorage, or create it: ${bucketCommands(describedStore(storage)).create(bucket)}`];
  return new UserError(`the bucket ${bucket} does not exist`, { next, cause });
}

function redacted({ message, command, stderr, timedOut, exitCode, next }: ExternalError, redact: Redact) {
  return new ExternalError(redact(message), {
    ...(command === undefined ? {} : { command: redact(command) }),
    ...{ stderr: stderr.map(redact), timedOut, exitCode, next },
  });
}

/** The storage as rclone's settings (rclone.org, S3, Azure Blob and Google Cloud Storage). */
interface Remote {
  readonly settings: Readonly<Record<string, string>>;
  /** Secrets in them that no secret reference has. */
  readonly made: readonly string[];
}

function configText({ settings }: Remote): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return [`[${REMOTE}]`, ...lines, ''].join('\n');
}

function remoteOf(storage: ObjectStorage, secrets: SecretValues): Remote {
  const secret = (name: string): string => {
    const path = `objectStorage.${name}` as const;
    const missing = secrets.unresolved.find((one) => one.path === path);
    if (missing !== undefined)
      throw new UserError(`${path} was not found: ${missing.reason}`, {
        next: ['difyctl checks explain config.secrets'],
      });
    if (secrets.has(path)) return secrets.get(path);
    throw new UserError(`the file names no ${path}, which rclone needs to copy the objects`, {
      next: [`name it in the difyctl.yaml of the machine that runs difyctl backup, restore and drill`],
    });
  };
  if (storage.provider === 'azure-blob') {
    const { accountName: account, accountUrl, container } = storage.azureBlob;
    const expires = new Date(Date.now() + SIGNED_MS);
    const signed = containerSas({ account, key: secret('azureBlob.accountKey'), container }, expires);
    // With account and key, rclone before 1.61 takes an endpoint for the end of a host name. Every version takes this.
    const sasUrl = `${accountUrl.replace(/\/+$/, '')}/${container}?${signed}`;
    return { settings: { type: 'azureblob', sas_url: sasUrl }, made: [signed.get('sig') ?? ''] };
  }
  if (storage.provider === 'gcs') {
    const account = JSON.stringify(JSON.parse(secret('gcs.serviceAccountJson')));
    const settings = { type: 'google cloud storage', bucket_policy_only: 'true', service_account_credentials: account };
    return { settings, made: [] };
  }
  const place = s3PlaceOf(storage);
  if (place === undefined || storage.provider === 'local') {
    throw new UserError(`difyctl cannot copy an object storage of ${storage.provider}`);
  }
  const { block, keys } = describedStore(storage).provider;
  const login =
    keys === undefined || identityOf(storage) === 'workload'
      ? { env_auth: 'true' }
      : { access_key_id: secret(`${block}.${keys.id}`), secret_access_key: secret(`${block}.${keys.secret}`) };
  const settings = {
    type: 's3',
    provider: 'Other',
    endpoint: place.endpoint.href,
    region: place.region,
    force_path_style: String(place.style('bucket') === 'path'),
    // Only an operator may create a bucket; without this rclone asks for that right.
    no_check_bucket: 'true',
    ...login,
  };
  return { settings, made: [] };
}
