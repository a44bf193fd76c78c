import { parseUrl } from '../base/url.ts';

/** The bucket of a restic repository over S3. */
export interface RepositoryBucket {
  /** The URL of the storage, without the bucket: `https://s3.example.com`. */
  readonly endpoint: string;
  readonly bucket: string;
  /** The folder of the repository in the bucket, without slashes around it. Empty if it is the whole bucket. */
  readonly prefix: string;
}

/**
 * Returns the bucket of `s3:https://HOST/BUCKET/PREFIX` or `s3:HOST/BUCKET/PREFIX` (restic.readthedocs.io, Amazon S3).
 * Undefined if the repository is not over S3, or names no bucket.
 */
export function repositoryBucket(repository: string): RepositoryBucket | undefined {
  const [, scheme = 'https://', place = ''] = /^s3:(https?:\/\/)?(.*)$/.exec(repository) ?? [];
  const [host = '', bucket = '', ...rest] = place.split('/');
  const endpoint = `${scheme}${host}`;
  if (bucket === '' || parseUrl(endpoint) === undefined) return undefined;
  return { endpoint, bucket, prefix: rest.filter((one) => one !== '').join('/') };
}
