import { aliyunOss } from './aliyun-oss.ts';
import type { BucketFields, ObjectStoreProvider } from './descriptor.ts';
import { gcs } from './gcs.ts';
import { huaweiObs } from './huawei-obs.ts';
import { tencentCos } from './tencent-cos.ts';
import { volcengineTos } from './volcengine-tos.ts';

/** Every object store with a descriptor, in the order in which the wizard offers them. */
export const OBJECT_STORES = [gcs, aliyunOss, tencentCos, huaweiObs, volcengineTos] as const;

export type ObjectStoreId = (typeof OBJECT_STORES)[number]['id'];

/** A descriptor and the block of the file that it describes. */
export interface DescribedStore {
  readonly provider: ObjectStoreProvider;
  readonly at: Readonly<Record<string, unknown>> & BucketFields;
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
  return describedStore(storage).at.identity;
}
