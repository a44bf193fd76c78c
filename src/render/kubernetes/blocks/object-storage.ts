import type { Deployment } from '../../../deployment/schema/deployment.ts';
import type { ObjectStorage } from '../../../deployment/schema/object-storage.ts';
import { volumeAccess } from '../../../deployment/volume-access.ts';
import {
  API_PROCESSES,
  type ChartBlock,
  given,
  SECRET_PLACEHOLDER,
  unite,
  type Variables,
} from '../../../providers/chart-block.ts';
import type { Buckets } from '../../../providers/object-storage/descriptor.ts';
import { accountsFor } from '../../../providers/object-storage/fields.ts';
import { describedStore } from '../../../providers/object-storage/registry.ts';
import { mainBucket, pluginBucket } from '../../dify-env/plugin-storage.ts';

type Block<P extends ObjectStorage['provider'], K extends string> =
  Extract<ObjectStorage, { readonly provider: P }> extends Record<K, infer B> ? B : never;

/**
 * The block of one provider. Both buckets are always set: without its own bucket, the plugin daemon uses a local claim.
 */
export function objectStorageBlock(deployment: Deployment, storageClass: string | undefined): ChartBlock {
  const storage = deployment.objectStorage;
  switch (storage.provider) {
    case 's3':
      return s3(storage.s3, buckets(storage));
    case 'local':
      return local(deployment, storageClass);
    default: {
      const { provider, at } = describedStore(storage);
      const { values, api, pluginDaemon } = provider.chart(at, buckets(storage));
      return block(values, api, pluginDaemon);
    }
  }
}

function buckets(storage: Exclude<ObjectStorage, { readonly provider: 'local' }>): Buckets {
  return { api: mainBucket(storage), pluginDaemon: pluginBucket(storage) ?? '' };
}

function block(values: ChartBlock['values'], api: Variables, plugin: Variables): ChartBlock {
  return { values, gives: unite(given(API_PROCESSES, api), given(['pluginDaemon'], plugin)) };
}

/**
 * S3. The chart always writes S3_ENDPOINT, and botocore refuses an empty one. So AWS without a custom endpoint gets the
 * endpoint of the region (AWS General Reference, S3 endpoints; China has its own domain).
 */
function s3(at: Block<'s3', 's3'>, bucketName: Buckets): ChartBlock {
  const workload = at.identity === 'workload';
  const pathStyle = at.addressStyle === 'path' || (at.addressStyle === 'auto' && at.endpoint !== undefined);
  const endpoint = at.endpoint ?? `https://s3.${at.region}.amazonaws.com${at.region.startsWith('cn-') ? '.cn' : ''}`;
  return block(
    {
      externalS3: {
        enabled: true,
        endpoint,
        region: at.region,
        pathStyle,
        useIAM: workload,
        bucketName: { ...bucketName },
        accessKey: SECRET_PLACEHOLDER,
        secretKey: SECRET_PLACEHOLDER,
      },
      ...accountsFor(at.identity),
    },
    {
      STORAGE_TYPE: 's3',
      S3_ENDPOINT: endpoint,
      S3_REGION: at.region,
      S3_BUCKET_NAME: bucketName.api,
      S3_ADDRESS_STYLE: pathStyle ? 'path' : 'auto',
      S3_USE_AWS_MANAGED_IAM: String(workload),
    },
    {
      PLUGIN_STORAGE_TYPE: 'aws_s3',
      PLUGIN_STORAGE_OSS_BUCKET: bucketName.pluginDaemon,
      S3_ENDPOINT: endpoint,
      S3_USE_PATH_STYLE: String(pathStyle),
      S3_USE_AWS_MANAGED_IAM: String(workload),
      AWS_REGION: at.region,
    },
  );
}

/**
 * Persistent volume claims: one for api and worker, one for the plugin daemon. ReadWriteMany by the chart's default.
 */
function local(deployment: Deployment, storageClass: string | undefined): ChartBlock {
  const claim = {
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(volumeAccess(deployment) === 'ReadWriteOnce' ? { accessModes: 'ReadWriteOnce' } : {}),
  };
  const claims = Object.keys(claim).length === 0 ? {} : { persistence: { persistentVolumeClaim: claim } };
  return block(
    { api: claims, pluginDaemon: claims },
    {},
    { PLUGIN_STORAGE_TYPE: 'local', PLUGIN_STORAGE_LOCAL_ROOT: '/app/storage' },
  );
}
