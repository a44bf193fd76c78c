import { type RepositoryBucket, repositoryBucket } from '../../deployment/repository-bucket.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { customCa } from '../../net/custom-ca.ts';
import { ProbeError } from '../../net/probe-error.ts';
import type { LockSettings } from '../../storage/facts.ts';
import type { HistoryEntry } from '../../storage/object-version.ts';
import { s3PlaceAt } from '../../storage/s3/places.ts';
import { s3Versions, type VersionedBucket } from '../../storage/s3/versions.ts';
import { createSignedClient, StorageError } from '../../storage/signed-client.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey } from '../evidence.ts';

/** The bucket of the repository of backups, and how long it keeps what is deleted. */
export interface RepositoryBucketFacts extends RepositoryBucket {
  /** Undefined if the bucket does not exist. */
  readonly settings?: LockSettings;
}

export const REPOSITORY_BUCKET = evidenceKey<RepositoryBucketFacts>('recovery.repository-bucket', 1);

/** Milliseconds for a connection; twice as many for an answer. */
const LIMIT_MS = 10_000;

/** Asks the bucket of the repository for its object lock, its versions and its life cycle. */
export const repositoryBucketCollector: Collector<RepositoryBucketFacts> = {
  key: REPOSITORY_BUCKET,
  timeoutMs: 40_000,
  collect: (context) => onRepositoryBucket(context, (bucket, at) => readSettings(bucket, at)),
};

type BucketContext = Pick<CollectContext, 'deployment' | 'baseDirectory' | 'dial' | 'now' | 'signal'> & {
  readonly secrets: SecretValues | undefined;
};

/** Reads the settings of the bucket. Throws StorageError. */
export async function readSettings(bucket: VersionedBucket, at: RepositoryBucket): Promise<RepositoryBucketFacts> {
  try {
    return { ...at, settings: await bucket.lockSettings() };
  } catch (error) {
    if (error instanceof StorageError && error.failure.kind === 'bucket') return at;
    throw error;
  }
}

/** Returns the history of the files of the repository. Throws StorageError. */
export function readHistory(bucket: VersionedBucket, { prefix }: RepositoryBucket): Promise<readonly HistoryEntry[]> {
  return bucket.history(prefix === '' ? '' : `${prefix}/`);
}

/**
 * Calls `use` with the bucket of the repository and the keys of the file, once more if the storage names another region.
 * Throws CollectionError if the repository is not in a bucket of S3, the file names no keys, or the storage refuses.
 */
export async function onRepositoryBucket<T>(
  { deployment, secrets, baseDirectory, dial, now, signal }: BucketContext,
  use: (bucket: VersionedBucket, at: RepositoryBucket) => Promise<T>,
): Promise<T> {
  const { repository, caFile, s3 } = deployment?.recovery?.backup ?? {};
  const at = repositoryBucket(repository ?? '');
  if (at === undefined) throw new CollectionError('absent', 'a repository of backups in a bucket of S3');
  if (s3 === undefined || secrets === undefined) throw new CollectionError('absent', 'keys in recovery.backup.s3');
  const missing = secrets.unresolved.find(({ path }) => path.startsWith('recovery.backup.s3.'));
  if (missing !== undefined) throw new CollectionError('absent', `${missing.path}: ${missing.reason}`);
  const secret = (name: string): string => secrets.get(`recovery.backup.s3.${name}`);
  const keys = { accessKey: secret('accessKey'), secretKey: secret('secretKey') };
  try {
    const trust = await customCa(caFile, baseDirectory);
    const wire = createSignedClient({ dial, signal, limitMs: LIMIT_MS, now, ...trust });
    const inRegion = (region: string | undefined): Promise<T> =>
      use(s3Versions(wire, s3PlaceAt(at.endpoint, region), at.bucket, keys), at);
    return await inRegion(s3.region).catch((error: unknown) => {
      const region = error instanceof StorageError ? error.failure.region : undefined;
      if (region === undefined || region === s3.region) throw error;
      return inRegion(region);
    });
  } catch (error) {
    throw collectionFault(error, at.bucket);
  }
}

function collectionFault(error: unknown, bucket: string): unknown {
  if (error instanceof ProbeError) return new CollectionError('absent', `the bucket ${bucket}: ${error.fact.text}`);
  if (!(error instanceof StorageError)) return error;
  const { kind, host, text, code } = error.failure;
  const outcome = kind === 'denied' || kind === 'login' ? 'denied' : code === 'ETIMEDOUT' ? 'timeout' : 'absent';
  return new CollectionError(outcome, `an answer about the bucket ${bucket}: ${host} ${text}`);
}
