import { expect, it } from 'vitest';
import { bucketCommands, OBJECT_STORES, type ObjectStoreId } from '../../src/providers/object-storage/registry.ts';

/** Blocks with the fields that commands use. */
const BLOCKS: Readonly<Partial<Record<ObjectStoreId, Readonly<Record<string, string>>>>> = {
  s3: { region: 'eu-central-1', bucket: 'dify', addressStyle: 'auto' },
  'azure-blob': { accountName: 'acme', accountUrl: 'https://acme.blob.core.windows.net', container: 'dify' },
  gcs: { bucket: 'dify' },
  'aliyun-oss': { endpoint: 'https://oss-eu-central-1.aliyuncs.com', region: 'oss-eu-central-1', bucket: 'dify' },
  'tencent-cos': { region: 'eu-frankfurt', bucket: 'dify-1250000000' },
  'huawei-obs': { endpoint: 'https://obs.eu-de.example', bucket: 'dify' },
  'volcengine-tos': { endpoint: 'https://tos-cn-beijing.volces.com', region: 'cn-beijing', bucket: 'dify' },
};

const aws = (origin?: string) => `aws s3api${origin === undefined ? '' : ` --endpoint-url ${origin}`}`;

it.each<readonly [id: ObjectStoreId, create: string, lifecycle: string]>([
  ['s3', `${aws()} create-bucket`, `${aws()} get-bucket-lifecycle-configuration`],
  [
    'azure-blob',
    'az storage container create --account-name acme --name x',
    'az storage account management-policy show --account-name acme --resource-group GROUP',
  ],
  [
    'gcs',
    'gcloud storage buckets create gs://x --uniform-bucket-level-access --public-access-prevention',
    "gcloud storage buckets describe gs://x --format='json(lifecycle_config)'",
  ],
  ...(
    [
      ['aliyun-oss', 'https://oss-eu-central-1.aliyuncs.com'],
      ['tencent-cos', 'https://cos.eu-frankfurt.myqcloud.com'],
      ['huawei-obs', 'https://obs.eu-de.example'],
      ['volcengine-tos', 'https://tos-s3-cn-beijing.volces.com'],
    ] as const
  ).map(
    ([id, origin]) =>
      [id, `${aws(origin)} create-bucket`, `${aws(origin)} get-bucket-lifecycle-configuration`] as const,
  ),
])('the operator of %s creates a bucket and reads its rules with the vendor’s tool', (id, create, lifecycle) => {
  const provider = OBJECT_STORES.find((store) => store.id === id);
  if (provider === undefined) throw new Error(`no ${id}`);
  const commands = bucketCommands({ provider, at: BLOCKS[id] ?? {} } as Parameters<typeof bucketCommands>[0]);
  const s3 = ' --bucket x';
  const isAws = create.startsWith('aws');
  expect([commands.create('x'), commands.showLifecycle('x')]).toEqual(
    isAws ? [create + s3, lifecycle + s3] : [create, lifecycle],
  );
});
