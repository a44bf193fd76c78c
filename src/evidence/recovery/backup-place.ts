import { repositoryBucket } from '../../deployment/repository-bucket.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { storeBuckets } from '../../providers/object-storage/registry.ts';

/** True if the repository of backups is in one of the buckets with Dify's files. */
export function isInDifyBucket(deployment: Deployment, repository: string): boolean {
  const { objectStorage } = deployment;
  if (objectStorage.provider === 'local') return false;
  const { api, pluginDaemon } = storeBuckets(objectStorage);
  return [api, pluginDaemon].some((bucket) => bucket === bucketOf(repository)) && isSameStore(deployment, repository);
}

/** The bucket or container of `s3:HOST/BUCKET/…`, `azure:CONTAINER:/…`, `gs:BUCKET:/…`. */
function bucketOf(repository: string): string | undefined {
  const [, kind, place = ''] = /^([a-z0-9]+):(.*)$/.exec(repository) ?? [];
  if (kind === 's3') return repositoryBucket(repository)?.bucket;
  return kind === 'azure' || kind === 'gs' ? place.split(':')[0] : undefined;
}

/** True if the repository is at the service that has Dify's files: the same host, or the same cloud. */
export function isSameStore({ objectStorage }: Deployment, repository: string): boolean {
  if (objectStorage.provider === 'azure-blob') return repository.startsWith('azure:');
  if (objectStorage.provider === 'gcs') return repository.startsWith('gs:');
  if (objectStorage.provider !== 's3' || !repository.startsWith('s3:')) return false;
  const { endpoint } = objectStorage.s3;
  const host =
    repository
      .slice('s3:'.length)
      .replace(/^https?:\/\//, '')
      .split('/')[0] ?? '';
  return endpoint === undefined ? host.endsWith('.amazonaws.com') : host === new URL(endpoint).host;
}
