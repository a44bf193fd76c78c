import * as z from 'zod';
import { filePath, httpUrl, line } from '../../base/fields.ts';
import { secretRef } from '../../base/secret-ref.ts';
import { type BUCKET_NAMES, bucketOf } from './bucket-names.ts';
import { managed } from './service.ts';

/** learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules, Microsoft.Storage. */
const storageAccount = z.string().regex(/^[a-z0-9]{3,24}$/, 'a storage account: 3 to 24 lower-case letters and digits');

/** The buckets of a store: the packages of the plugins have one of their own. */
function bucketsOf(store: keyof typeof BUCKET_NAMES) {
  return { bucket: bucketOf(store), pluginBucket: bucketOf(store).optional() };
}

/** Some vendors' SDKs take a bare host as endpoint; all take a URL. */
const endpoint = httpUrl;
const keys = { accessKey: secretRef, secretKey: secretRef };
/** In place of keys: the identity of the pods or of the machine. Only the clients of these three vendors take it (docs/decisions.md). */
const identity = z.literal('workload').optional();

const s3 = z.strictObject({
  endpoint: endpoint.optional(),
  caFile: filePath.optional(),
  ...bucketsOf('s3'),
  region: line.default('us-east-1'),
  addressStyle: z.enum(['auto', 'virtual', 'path']).default('auto'),
  identity,
  accessKey: secretRef.optional(),
  secretKey: secretRef.optional(),
});

const azureBlob = z.strictObject({
  accountName: storageAccount,
  identity,
  accountKey: secretRef.optional(),
  accountUrl: httpUrl,
  container: bucketOf('azure-blob'),
});

const provider = {
  s3: z.strictObject({ provider: z.literal('s3'), s3, managed: managed.optional() }),
  azureBlob: z.strictObject({ provider: z.literal('azure-blob'), azureBlob, managed: managed.optional() }),
  aliyunOss: z.strictObject({
    provider: z.literal('aliyun-oss'),
    aliyunOss: z.strictObject({ endpoint, region: line, ...bucketsOf('aliyun-oss'), ...keys }),
    managed: managed.optional(),
  }),
  gcs: z.strictObject({
    provider: z.literal('gcs'),
    gcs: z.strictObject({ ...bucketsOf('gcs'), identity, serviceAccountJson: secretRef.optional() }),
    managed: managed.optional(),
  }),
  tencentCos: z.strictObject({
    provider: z.literal('tencent-cos'),
    tencentCos: z.strictObject({
      region: line,
      ...bucketsOf('tencent-cos'),
      secretId: secretRef,
      secretKey: secretRef,
    }),
    managed: managed.optional(),
  }),
  huaweiObs: z.strictObject({
    provider: z.literal('huawei-obs'),
    huaweiObs: z.strictObject({ endpoint, ...bucketsOf('huawei-obs'), ...keys }),
    managed: managed.optional(),
  }),
  volcengineTos: z.strictObject({
    provider: z.literal('volcengine-tos'),
    volcengineTos: z.strictObject({ endpoint, region: line, ...bucketsOf('volcengine-tos'), ...keys }),
    managed: managed.optional(),
  }),
  local: z.strictObject({
    provider: z.literal('local'),
    local: z
      .strictObject({
        path: filePath.optional(),
        accessMode: z.enum(['ReadWriteOnce', 'ReadWriteMany']).optional(),
      })
      .optional(),
  }),
};

export const objectStorage = z.discriminatedUnion('provider', [
  provider.s3,
  provider.azureBlob,
  provider.aliyunOss,
  provider.gcs,
  provider.tencentCos,
  provider.huaweiObs,
  provider.volcengineTos,
  provider.local,
]);
export type ObjectStorage = z.output<typeof objectStorage>;

/** `workload` if the identity of the pods or of the machine stands for keys. */
export function storageIdentity(storage: ObjectStorage): 'workload' | undefined {
  switch (storage.provider) {
    case 's3':
      return storage.s3.identity;
    case 'azure-blob':
      return storage.azureBlob.identity;
    case 'gcs':
      return storage.gcs.identity;
    default:
      return undefined;
  }
}
