import type { ObjectStorage } from '../../deployment/schema/object-storage.ts';
import { type EnvEntry, literal, secret } from '../../providers/env-entry.ts';
import { describedStore } from '../../providers/object-storage/registry.ts';
import type { ServiceAddresses } from './addresses.ts';
import { caFilePath, s3CaFile } from './ca-certificates.ts';

/** Object storage in the variables of api, worker, beat and websocket: STORAGE_TYPE and the provider's block. */
export function apiStorage(storage: ObjectStorage, addresses: ServiceAddresses): readonly EnvEntry[] {
  switch (storage.provider) {
    case 's3':
      return s3(storage.s3, addresses);
    case 'local':
      return [
        literal('STORAGE_TYPE', 'opendal'),
        literal('OPENDAL_SCHEME', 'fs'),
        literal('OPENDAL_FS_ROOT', addresses.paths.storage),
      ];
    default: {
      const { provider, at } = describedStore(storage);
      return provider.apiEnv(at);
    }
  }
}

type Block<P extends ObjectStorage['provider'], K extends string> =
  Extract<ObjectStorage, { readonly provider: P }> extends Record<K, infer B> ? B : never;

/**
 * AWS_CA_BUNDLE is a variable of botocore, which then trusts this file only. Every other client in the process still
 * uses the public authorities (docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html, ca_bundle).
 */
function s3(block: Block<'s3', 's3'>, { paths }: ServiceAddresses): readonly EnvEntry[] {
  const workload = block.identity === 'workload';
  return [
    literal('STORAGE_TYPE', 's3'),
    ...(block.endpoint === undefined ? [] : [literal('S3_ENDPOINT', block.endpoint)]),
    literal('S3_REGION', block.region),
    literal('S3_BUCKET_NAME', block.bucket),
    literal('S3_ADDRESS_STYLE', block.addressStyle),
    literal('S3_USE_AWS_MANAGED_IAM', workload),
    ...(s3CaFile(block) === undefined ? [] : [literal('AWS_CA_BUNDLE', caFilePath(paths, 'objectStorage'))]),
    ...(workload
      ? []
      : [secret('S3_ACCESS_KEY', 'objectStorage.s3.accessKey'), secret('S3_SECRET_KEY', 'objectStorage.s3.secretKey')]),
  ];
}
