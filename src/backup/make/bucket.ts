import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ExternalError } from '../../base/errors.ts';
import { settled } from '../../base/settled.ts';
import { counted } from '../../base/words.ts';
import type { RunOptions } from '../../exec/runner.ts';
import { storeBuckets } from '../../providers/object-storage/registry.ts';
import { backupSettings } from '../open-repository.ts';
import { type Rclone, rclone } from '../rclone.ts';
import { type OpenBucket, openVersions } from '../versions/open-bucket.ts';
import { requireVersions } from '../versions/refuse-short.ts';
import type { FilesPart, MadePart, MakeContext } from './context.ts';
import { copyFolder, isKeyFile, KEY_FILES, requireTenantKeys } from './files.ts';

/** The buckets of the deployment, and rclone on them. */
export interface OpenBuckets {
  readonly rclone: Rclone;
  readonly engine: string;
  readonly files: string;
  /** Bucket of the plugin packages; the same as `files` if they share one. */
  readonly plugins: string;
}

/** The same buckets with their versions, which a set names in place of a copy. */
export interface BucketVersions {
  readonly files: OpenBucket;
  readonly plugins: OpenBucket;
}

/** Opens the buckets. Throws UserError if rclone is missing, or if the storage is one that difyctl cannot copy. */
export async function openBuckets(context: MakeContext): Promise<OpenBuckets> {
  const { deployment, runner, secrets, folder, baseDirectory, signal } = context;
  const { objectStorage } = deployment;
  const program = await rclone(runner, objectStorage, secrets, folder, baseDirectory);
  if (objectStorage.provider === 'local') throw new Error('a local storage has no bucket');
  const { api, pluginDaemon } = storeBuckets(objectStorage);
  const engine = `rclone ${await program.version({ signal })}`;
  return { rclone: program, engine, files: api, plugins: pluginDaemon };
}

/** Opens the versions of the buckets. Throws UserError if a bucket does not keep them as long as a set is kept. */
export async function openBucketVersions(
  { files, plugins }: OpenBuckets,
  { deployment, baseDirectory, secrets, signal }: MakeContext,
): Promise<BucketVersions> {
  const { keep } = backupSettings(deployment);
  const versioned = async (bucket: string): Promise<OpenBucket> => {
    const open = await openVersions(bucket, { deployment, baseDirectory, secrets, signal });
    await requireVersions(open, keep);
    return open;
  };
  return { files: await versioned(files), plugins: await versioned(plugins) };
}

/**
 * Returns the keys of the tenants in the bucket, by their path. Throws UserError if a tenant of the database has none, or
 * another one.
 */
export async function bucketKeys(
  { rclone: program, files }: OpenBuckets,
  tenants: Readonly<Record<string, string>>,
  { signal }: MakeContext,
): Promise<ReadonlyMap<string, string>> {
  const keys = new Map<string, string>();
  for (const tenant of Object.keys(tenants)) {
    const key = `privkeys/${tenant}/private.pem`;
    const text = await program.text(files, key, { signal }).catch((error: unknown) => {
      if (error instanceof ExternalError) return undefined;
      throw error;
    });
    if (text !== undefined && text !== '') keys.set(key, text);
  }
  requireTenantKeys(tenants, keys);
  return keys;
}

/** Returns the bucket of a part. */
export function bucketOf(part: FilesPart, buckets: OpenBuckets): string {
  return part === 'objects' ? buckets.files : buckets.plugins;
}

/**
 * Copies a bucket into a folder of the cache, which later runs bring up to date, and from there into the repository. The
 * keys among Dify's files are in neither. `before`: the keys of the bucket before the copy. Throws ExternalError if an
 * object that was listed before and after the copy is not in the copy.
 */
export async function bucketPart(
  part: FilesPart,
  buckets: OpenBuckets,
  before: readonly string[],
  context: MakeContext,
): Promise<MadePart> {
  const { rclone: program, engine } = buckets;
  const { cache, signal, onStart, deployment } = context;
  const bucket = bucketOf(part, buckets);
  const folder = join(cache, part);
  const options = { signal, onStart };
  // An empty bucket is an empty folder.
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // The plugin daemon may share the bucket with Dify's files, whose keys belong only in the encrypted secrets.
  await program.sync(bucket, folder, KEY_FILES, options);
  const details = { provider: deployment.objectStorage.provider, bucket, copiedWith: engine };
  const [made] = await settled(
    copyFolder(part, folder, KEY_FILES, details, context),
    requireCopied(bucket, folder, before, buckets, options),
  );
  return made;
}

/** Throws ExternalError if an object that was listed before and after the copy is not in the folder. */
async function requireCopied(
  bucket: string,
  folder: string,
  before: readonly string[],
  { rclone: program }: OpenBuckets,
  options: RunOptions,
): Promise<void> {
  const copied = new Set(await program.copied(folder, options));
  const missing = before.filter((key) => !copied.has(key) && !isKeyFile(key));
  if (missing.length === 0) return;
  // An object may have been deleted while the others were copied.
  const after = new Set(await program.keys(bucket, options));
  const stayed = missing.filter((key) => after.has(key));
  if (stayed.length > 0) throw incompleteCopy(bucket, stayed, before.length);
}

/** A program that skips what it cannot read and ends with exit code 0 would leave a copy that looks complete. */
function incompleteCopy(bucket: string, missing: readonly string[], listed: number): ExternalError {
  return new ExternalError(
    `the copy of bucket ${bucket} lacks ${counted(missing.length, 'object')} of ${listed}: ${missing.slice(0, 3).join(', ')}`,
    {
      command: 'rclone sync',
      next: ['run difyctl backup again; if it fails again, check the rights of the access key on single objects'],
    },
  );
}
