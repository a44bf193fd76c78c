import * as z from 'zod';
import { filePath, httpUrl, line } from './fields.ts';
import { managed, secretRef } from './secret-ref.ts';

/** Bucket or container: what the seven vendors have in common. */
const bucket = z.string().regex(/^[a-z0-9A-Z]([-._a-z0-9A-Z]{0,61}[a-z0-9A-Z])?$/, 'a bucket name');
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
  accountName: line,
  accountKey: secretRef,
  accountUrl: httpUrl,
  container: bucket,
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
