import { aliyunOss } from './aliyun-oss.ts';
import { azureBlob } from './azure-blob.ts';
import { awsCommands, type BucketCommands } from './bucket-commands.ts';
import type { BucketFields, Buckets, ObjectStoreProvider } from './descriptor.ts';
import { gcs } from './gcs.ts';
import { huaweiObs } from './huawei-obs.ts';
import { s3 } from './s3.ts';
import { tencentCos } from './tencent-cos.ts';
import { volcengineTos } from './volcengine-tos.ts';

/** Every object store but a local volume, in the order in which the wizard offers them. */
export const OBJECT_STORES = [s3, azureBlob, gcs, aliyunOss, tencentCos, huaweiObs, volcengineTos] as const;

export type ObjectStoreId = (typeof OBJECT_STORES)[number]['id'];

/** A descriptor and the block of the file that it describes. */
export interface DescribedStore {
  readonly provider: ObjectStoreProvider;
  readonly at: Readonly<Record<string, unknown>>;
}

/** The descriptor of a section `objectStorage`, and its block. Throws Error (a bug) if there is no descriptor. */
export function describedStore(storage: { readonly provider: ObjectStoreId }): DescribedStore {
  const provider: ObjectStoreProvider | undefined = OBJECT_STORES.find(({ id }) => id === storage.provider);
  if (provider === undefined) throw new Error(`no descriptor of the object store ${storage.provider}`);
  const section: Readonly<Record<string, unknown>> = { ...storage };
  return { provider, at: section[provider.block] as DescribedStore['at'] };
}

/** `workload` if the identity of the pods or of the machine replaces the keys. */
export function identityOf(storage: { readonly provider: ObjectStoreId }): 'workload' | undefined {
  return describedStore(storage).at.identity as 'workload' | undefined;
}

/** The CA file in use, as written in the file. Undefined if there is none. */
export function storeCaFile(storage: { readonly provider: ObjectStoreId }): string | undefined {
  const { provider, at } = describedStore(storage);
  const isUsed = provider.ignoresCa !== undefined && provider.ignoresCa(at) === undefined;
  return isUsed ? (at.caFile as string | undefined) : undefined;
}

/** The path of a field of the block: `objectStorage.azureBlob.container`. */
export function storeField({ block }: Pick<ObjectStoreProvider, 'block'>, field: string): string {
  return `objectStorage.${block}.${field}`;
}

/**
 * The next steps for the operator of the buckets. Throws Error (a bug) if the descriptor has neither commands nor S3.
 */
export function bucketCommands({ provider, at }: DescribedStore): BucketCommands {
  const endpoint = provider.s3?.(at).endpoint;
  const commands = provider.bucketCommands?.(at) ?? (endpoint === undefined ? undefined : awsCommands(endpoint));
  if (commands === undefined) throw new Error(`no commands for buckets of ${provider.id}`);
  return commands;
}

/** The fields of the buckets, or undefined if files and plugin packages share one. */
export function bucketFields({ provider, at }: DescribedStore): BucketFields | undefined {
  return provider.sharedBucket === undefined ? (at as typeof at & BucketFields) : undefined;
}

/** The bucket of the plugin packages if the file names none. */
export function defaultPluginBucket({ pluginBucketOf }: ObjectStoreProvider, bucket: string): string {
  return pluginBucketOf?.(bucket) ?? `${bucket}-plugin`;
}

/**
 * The buckets of a section `objectStorage`. Without its own, the plugin packages have the one of `defaultPluginBucket`.
 */
export function storeBuckets(storage: { readonly provider: ObjectStoreId }): Buckets {
  const { provider, at } = describedStore(storage);
  if (provider.sharedBucket !== undefined) {
    const shared = String(at[provider.sharedBucket]);
    return { api: shared, pluginDaemon: shared };
  }
  const { bucket, pluginBucket = defaultPluginBucket(provider, bucket) } = at as typeof at & BucketFields;
  return { api: bucket, pluginDaemon: pluginBucket };
}
