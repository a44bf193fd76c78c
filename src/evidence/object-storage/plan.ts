import type { ObjectStorage } from '../../deployment/schema/object-storage.ts';
import { pluginBucket } from '../../render/dify-env/plugin-storage.ts';
import type { BucketFact } from './facts.ts';

export interface PlannedBucket {
  readonly name: string;
  readonly usedBy: BucketFact['usedBy'];
}

/** The buckets that Dify's processes use, each once; none for local storage. */
export function bucketsOf(storage: ObjectStorage): readonly PlannedBucket[] {
  const main = mainBucket(storage);
  const plugin = pluginBucket(storage);
  if (main === undefined) return [];
  if (plugin === undefined || plugin === main) return [{ name: main, usedBy: ['api', 'plugin daemon'] }];
  return [
    { name: main, usedBy: ['api'] },
    { name: plugin, usedBy: ['plugin daemon'] },
  ];
}

function mainBucket(storage: ObjectStorage): string | undefined {
  switch (storage.provider) {
    case 's3':
      return storage.s3.bucket;
    case 'azure-blob':
      return storage.azureBlob.container;
    case 'aliyun-oss':
      return storage.aliyunOss.bucket;
    case 'gcs':
      return storage.gcs.bucket;
    case 'tencent-cos':
      return storage.tencentCos.bucket;
    case 'huawei-obs':
      return storage.huaweiObs.bucket;
    case 'volcengine-tos':
      return storage.volcengineTos.bucket;
    case 'local':
      return undefined;
  }
}
