import type { Deployment } from '../deployment/schema/deployment.ts';
import type { ObjectStorage } from '../deployment/schema/object-storage.ts';
import { describedStore, storeBuckets } from '../providers/object-storage/registry.ts';

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
  const { provider, at } = describedStore(objectStorage);
  const { api: main, pluginDaemon: plugin } = storeBuckets(objectStorage);
  const buckets =
    plugin === main
      ? [{ name: main, usedBy: 'api, worker and plugin daemon' }]
      : [
          { name: main, usedBy: 'api and worker' },
          { name: plugin, usedBy: 'plugin daemon' },
        ];
  const names = buckets.map(({ name }) => name);
  const { versioning, replication } = recovery?.objectStorage ?? {};
  return {
    provider: objectStorage.provider,
    buckets,
    ...(provider.policy === undefined ? {} : { policy: provider.policy(at, names) }),
    commands: provider.commands?.(at, names) ?? [],
    settings: [
      'private: no access without a key',
      ...(versioning === true ? ['versioning on'] : []),
      ...(replication === undefined || replication === 'none' ? [] : [`replicated ${replication}`]),
    ],
  };
}

/** The policy in the vendor's own format, or the commands if rights are granted by command. */
export function iamText(need: BucketNeed | undefined): string {
  if (need === undefined) return '# Files are stored on a volume: no grants are needed.\n';
  if (need.policy !== undefined) return `${JSON.stringify(need.policy, null, 2)}\n`;
  return `${need.commands.join('\n')}\n`;
}
