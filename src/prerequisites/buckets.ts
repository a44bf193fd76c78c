import type { Deployment } from '../deployment/schema/deployment.ts';
import type { ObjectStorage } from '../deployment/schema/object-storage.ts';
import { bucketsOf, describedStore } from '../providers/object-storage/registry.ts';
import { pluginBucket } from '../render/dify-env/plugin-storage.ts';

/** What the operator of the object storage must prepare. */
export interface BucketNeed {
  readonly provider: ObjectStorage['provider'];
  /** Each bucket once: the application's, and the plugin daemon's. */
  readonly buckets: readonly { readonly name: string; readonly usedBy: string }[];
  /** The policy for Dify's key in the vendor's own format; absent if the vendor grants rights by command. */
  readonly policy?: object;
  /** Commands of the vendor's own tool; empty if a policy is enough. */
  readonly commands: readonly string[];
  /** The settings that the plan expects of the buckets, in words. */
  readonly settings: readonly string[];
}

/** What must be prepared for object storage; undefined if files are on a volume. */
export function bucketNeed({ objectStorage, recovery }: Deployment): BucketNeed | undefined {
  if (objectStorage.provider === 'local') return undefined;
  const { main, grants } = vendorNeed(objectStorage);
  const plugin = pluginBucket(objectStorage) ?? main;
  const buckets =
    plugin === main
      ? [{ name: main, usedBy: 'api, worker and plugin daemon' }]
      : [
          { name: main, usedBy: 'api and worker' },
          { name: plugin, usedBy: 'plugin daemon' },
        ];
  const { versioning, replication } = recovery?.objectStorage ?? {};
  return {
    provider: objectStorage.provider,
    buckets,
    ...grants(buckets.map(({ name }) => name)),
    settings: [
      'private: no access without a key',
      ...(versioning === true ? ['versioning on'] : []),
      ...(replication === undefined || replication === 'none' ? [] : [`replicated ${replication}`]),
    ],
  };
}

interface VendorNeed {
  readonly main: string;
  grants(buckets: readonly string[]): Pick<BucketNeed, 'policy' | 'commands'>;
}

/**
 * Rights that Dify uses (get, put, delete, list), and rights with which preflight checks what the plan relies on.
 * Action names are the vendors' own.
 */
function vendorNeed(storage: Exclude<ObjectStorage, { provider: 'local' }>): VendorNeed {
  switch (storage.provider) {
    case 's3':
      return { main: storage.s3.bucket, grants: (buckets) => ({ policy: s3Policy(buckets), commands: [] }) };
    default: {
      const { provider, at } = describedStore(storage);
      return {
        main: bucketsOf(storage).api,
        grants: (buckets) => ({
          ...(provider.policy === undefined ? {} : { policy: provider.policy(at, buckets) }),
          commands: provider.commands?.(at, buckets) ?? [],
        }),
      };
    }
  }
}

function s3Policy(buckets: readonly string[]): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'DifyObjects',
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
        Resource: buckets.map((name) => `arn:aws:s3:::${name}/*`),
      },
      {
        Sid: 'DifyBuckets',
        Effect: 'Allow',
        Action: ['s3:ListBucket', 's3:GetBucketLocation'],
        Resource: buckets.map((name) => `arn:aws:s3:::${name}`),
      },
      {
        Sid: 'DifyctlLooks',
        Effect: 'Allow',
        Action: [
          's3:GetBucketVersioning',
          's3:GetReplicationConfiguration',
          's3:GetEncryptionConfiguration',
          's3:GetLifecycleConfiguration',
          's3:GetBucketPublicAccessBlock',
        ],
        Resource: buckets.map((name) => `arn:aws:s3:::${name}`),
      },
    ],
  };
}
