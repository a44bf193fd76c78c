import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import type { ObjectStorage } from '../deployment/schema/object-storage.ts';
import type { SecretValues } from '../deployment/secrets.ts';
import { outputLines } from '../exec/answer.ts';
import type { Runner, RunOptions } from '../exec/runner.ts';
import { describedStore, identityOf, storeCaFile } from '../providers/object-storage/registry.ts';
import { s3PlaceOf } from '../storage/s3/places.ts';

/** The rclone program on the object storage of a deployment. Each method throws ExternalError. */
export interface Rclone {
  version(options: RunOptions): Promise<string>;
  /** Returns the keys of a bucket. */
  keys(bucket: string, options: RunOptions): Promise<readonly string[]>;
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

/** The name of the object storage in rclone's configuration. */
const REMOTE = 'source';
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Returns rclone on the object storage. The login is a file (0600) in `folder`. Throws UserError for a storage that
 * difyctl cannot copy, and if a key was not found.
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
  await writeFile(config, configText(storage, secrets), { mode: 0o600 });
  const ca = storage.provider === 'local' ? undefined : storeCaFile(storage);
  const trust = ca === undefined ? {} : { RCLONE_CA_CERT: resolve(baseDirectory, ca) };
  const run = async (args: readonly string[], options: RunOptions): Promise<string> => {
    // rclone fails if AWS_CA_BUNDLE is set (seen with 1.60). Without HOME it would look for a configuration elsewhere.
    const env = { AWS_CA_BUNDLE: '', RCLONE_CONFIG: config, ...trust, ...options.env };
    return (await runner.run('rclone', args, { timeoutMs: DAY_MS, ...options, env })).stdout;
  };
  const list = async (place: string, options: RunOptions): Promise<readonly string[]> =>
    outputLines(await run(['lsf', '-R', '--files-only', place], options));
  return {
    version: async (options) => /^rclone v(\S+)/.exec(await run(['version'], options))?.[1] ?? 'unknown',
    keys: (bucket, options) => list(`${REMOTE}:${bucket}`, options),
    top: async (bucket, options) => outputLines(await run(['lsf', `${REMOTE}:${bucket}`], options)),
    copied: (folder, options) => list(folder, options),
    sync: async (bucket, to, without, options) => {
      const how = ['--retries=3', '--transfers=8', '--stats=0', '--delete-excluded'];
      const left = without.flatMap((path) => [`--exclude=/${path}`, `--exclude=/${path}/**`]);
      await run(['sync', ...how, ...left, `${REMOTE}:${bucket}`, to], options);
    },
    text: (bucket, key, options) => run(['cat', `${REMOTE}:${bucket}/${key}`], options),
    upload: async (from, bucket, options) => {
      await run(['copy', '--retries=3', '--transfers=8', '--stats=0', from, `${REMOTE}:${bucket}`], options);
      await run(['check', '--one-way', '--size-only', '--stats=0', from, `${REMOTE}:${bucket}`], options);
    },
    put: async (bucket, key, text, options) =>
      void (await run(['rcat', `${REMOTE}:${bucket}/${key}`], { ...options, input: text })),
  };
}

/** rclone's configuration of the storage (rclone.org, S3, Azure Blob and Google Cloud Storage). */
function configText(storage: ObjectStorage, secrets: SecretValues): string {
  const lines = Object.entries(remoteOf(storage, secrets)).map(([name, value]) => `${name} = ${value}`);
  return [`[${REMOTE}]`, ...lines, ''].join('\n');
}

function remoteOf(storage: ObjectStorage, secrets: SecretValues): Readonly<Record<string, string>> {
  const secret = (name: string): string => {
    const path = `objectStorage.${name}`;
    const missing = secrets.unresolved.find((one) => one.path === path);
    if (missing === undefined) return secrets.get(path);
    throw new UserError(`${path} was not found: ${missing.reason}`, {
      next: ['difyctl checks explain config.secrets'],
    });
  };
  if (storage.provider === 'azure-blob') {
    const { accountName, accountUrl } = storage.azureBlob;
    const key = secret('azureBlob.accountKey');
    return { type: 'azureblob', account: accountName, key, endpoint: accountUrl };
  }
  if (storage.provider === 'gcs') {
    const account = JSON.stringify(JSON.parse(secret('gcs.serviceAccountJson')));
    return { type: 'google cloud storage', service_account_credentials: account, bucket_policy_only: 'true' };
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
  return {
    type: 's3',
    provider: 'Other',
    endpoint: place.endpoint.href,
    region: place.region,
    force_path_style: String(place.style('bucket') === 'path'),
    // Only an operator may create a bucket; without this rclone asks for that right.
    no_check_bucket: 'true',
    ...login,
  };
}
