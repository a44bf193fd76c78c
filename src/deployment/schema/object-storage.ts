import * as z from 'zod';
import { filePath, httpUrl, line } from './fields.ts';
import { managed, secretRef } from './secret-ref.ts';

/**
 * A bucket. S3 (docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html) and the other vendors: 3 to 63 lower-case letters, digits and
 * dashes, a letter or digit at either end; S3, Google and Huawei take dots too, Google underscores (cloud.google.com/storage/docs/buckets). MinIO and
 * Ceph, which speak S3, hold to the same; Ceph's old names with capitals are refused by Amazon's clients.
 */
const bucket = z
  .string()
  .regex(
    /^(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][-._a-z0-9]{1,61}[a-z0-9]$/,
    'a bucket name: 3 to 63 lower-case letters, digits, dashes and dots, a letter or digit at either end',
  );
/** learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules, Microsoft.Storage: account and container. */
const storageAccount = z.string().regex(/^[a-z0-9]{3,24}$/, 'a storage account: 3 to 24 lower-case letters and digits');
const container = z
  .string()
  .regex(
    /^(?!.*--)[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/,
    'a container: 3 to 63 lower-case letters, digits and single dashes, a letter or digit at either end',
  );
const pluginBucket = bucket.optional();
/** Some vendors' SDKs take a bare host as endpoint; all take a URL. */
const endpoint = httpUrl;
const keys = { accessKey: secretRef, secretKey: secretRef };

const s3 = z.strictObject({
  endpoint: endpoint.optional(),
  caFile: filePath.optional(),
  bucket,
  pluginBucket,
  region: line.default('us-east-1'),
  addressStyle: z.enum(['auto', 'virtual', 'path']).default('auto'),
  identity: z.literal('workload').optional(),
  accessKey: secretRef.optional(),
  secretKey: secretRef.optional(),
});

const azureBlob = z.strictObject({
  accountName: storageAccount,
  accountKey: secretRef,
  accountUrl: httpUrl,
  container,
});

const provider = {
  s3: z.strictObject({ provider: z.literal('s3'), s3, managed: managed.optional() }),
  azureBlob: z.strictObject({ provider: z.literal('azure-blob'), azureBlob, managed: managed.optional() }),
  aliyunOss: z.strictObject({
    provider: z.literal('aliyun-oss'),
    aliyunOss: z.strictObject({ endpoint, region: line, bucket, pluginBucket, ...keys }),
    managed: managed.optional(),
  }),
  gcs: z.strictObject({
    provider: z.literal('gcs'),
    gcs: z.strictObject({ bucket, pluginBucket, serviceAccountJson: secretRef }),
    managed: managed.optional(),
  }),
  tencentCos: z.strictObject({
    provider: z.literal('tencent-cos'),
    tencentCos: z.strictObject({ region: line, bucket, pluginBucket, secretId: secretRef, secretKey: secretRef }),
    managed: managed.optional(),
  }),
  huaweiObs: z.strictObject({
    provider: z.literal('huawei-obs'),
    huaweiObs: z.strictObject({ endpoint, bucket, pluginBucket, ...keys }),
    managed: managed.optional(),
  }),
  volcengineTos: z.strictObject({
    provider: z.literal('volcengine-tos'),
    volcengineTos: z.strictObject({ endpoint, region: line, bucket, pluginBucket, ...keys }),
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
