import { posix } from 'node:path';
import type { ObjectStorage } from '../../deployment/schema/object-storage.ts';
import { type EnvEntry, literal, secret } from '../../providers/env-entry.ts';
import { defaultPluginBucket } from '../../providers/object-storage/plugin-bucket.ts';
import { bucketsOf, describedStore } from '../../providers/object-storage/registry.ts';
import { type ServiceAddresses, SYSTEM_CA_FOLDER } from './addresses.ts';
import { caFilePath, s3CaFile } from './ca-certificates.ts';

/**
 * The bucket of the plugin packages: the one in the file, otherwise the default name (see `defaultPluginBucket`). On
 * Azure, the container that the API also uses. Undefined if storage is local.
 */
export function pluginBucket(storage: ObjectStorage): string | undefined {
  switch (storage.provider) {
    case 's3':
      return named(storage.provider, storage.s3);
    case 'local':
      return undefined;
    default:
      return bucketsOf(storage).pluginDaemon;
  }
}

function named(
  provider: ObjectStorage['provider'],
  block: { readonly bucket: string; readonly pluginBucket?: string | undefined },
): string {
  return block.pluginBucket ?? defaultPluginBucket(provider, block.bucket);
}

/**
 * Object storage in the variables that the plugin daemon 0.6.3 reads in its container. (Upstream's `.env` has other
 * names, with the prefix PLUGIN_.)
 */
export function pluginStorage(storage: ObjectStorage, addresses: ServiceAddresses): readonly EnvEntry[] {
  const bucket = pluginBucket(storage);
  const inBucket = bucket === undefined || storage.provider === 'azure-blob';
  return [
    ...vendor(storage, addresses),
    ...(inBucket ? [] : [literal('PLUGIN_STORAGE_OSS_BUCKET', bucket)]),
    literal('PLUGIN_WORKING_PATH', addresses.paths.pluginWorking),
  ];
}

function vendor(storage: ObjectStorage, addresses: ServiceAddresses): readonly EnvEntry[] {
  switch (storage.provider) {
    case 's3':
      return s3(storage.s3, addresses);
    case 'local':
      return [
        literal('PLUGIN_STORAGE_TYPE', 'local'),
        literal('PLUGIN_STORAGE_LOCAL_ROOT', addresses.paths.pluginStorage),
      ];
    default: {
      const { provider, at } = describedStore(storage);
      return provider.pluginEnv(at);
    }
  }
}

/**
 * S3 for the plugin daemon.
 *
 * - The daemon turns on S3_USE_AWS_MANAGED_IAM and path style if they are not set, so both are always set.
 * - `auto` repeats botocore's choice for Go: path style at a custom endpoint, virtual hosts at AWS.
 * - At a custom endpoint the daemon does not read AWS_CA_BUNDLE (dify-cloud-kit, oss/s3), but Go's SSL_CERT_DIR, a list
 *   of folders (crypto/x509). Plugins inherit the variable: a client that looks up authorities by folder still finds
 *   the public ones; every other client ignores it.
 */
function s3(
  block: Extract<ObjectStorage, { readonly provider: 's3' }>['s3'],
  { paths }: ServiceAddresses,
): readonly EnvEntry[] {
  const workload = block.identity === 'workload';
  const pathStyle = block.addressStyle === 'auto' ? block.endpoint !== undefined : block.addressStyle === 'path';
  return [
    literal('PLUGIN_STORAGE_TYPE', 'aws_s3'),
    literal('S3_USE_AWS', block.endpoint === undefined),
    literal('S3_USE_AWS_MANAGED_IAM', workload),
    ...(block.endpoint === undefined ? [] : [literal('S3_ENDPOINT', block.endpoint)]),
    literal('S3_USE_PATH_STYLE', pathStyle),
    literal('AWS_REGION', block.region),
    ...(s3CaFile(block) === undefined
      ? []
      : [literal('SSL_CERT_DIR', `${SYSTEM_CA_FOLDER}:${posix.dirname(caFilePath(paths, 'objectStorage'))}`)]),
    ...(workload
      ? []
      : [
          secret('AWS_ACCESS_KEY', 'objectStorage.s3.accessKey'),
          secret('AWS_SECRET_KEY', 'objectStorage.s3.secretKey'),
        ]),
  ];
}

/** The application's bucket; on Azure, its container. */
export function mainBucket(storage: Exclude<ObjectStorage, { readonly provider: 'local' }>): string {
  switch (storage.provider) {
    case 's3':
      return storage.s3.bucket;
    default:
      return bucketsOf(storage).api;
  }
}
