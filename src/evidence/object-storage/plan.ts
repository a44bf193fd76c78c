import { PLUGIN_PACKAGE_BYTES, UPLOAD_LIMITS_MB } from '../../checklist/uploads.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { ObjectStorage } from '../../deployment/schema/object-storage.ts';
import { storeBuckets } from '../../providers/object-storage/registry.ts';
import type { BucketFact } from './facts.ts';

export interface PlannedBucket {
  readonly name: string;
  readonly usedBy: BucketFact['usedBy'];
}

/** The buckets of Dify's processes, each once; empty for local storage. */
export function bucketsOf(storage: ObjectStorage): readonly PlannedBucket[] {
  if (storage.provider === 'local') return [];
  const { api, pluginDaemon } = storeBuckets(storage);
  if (pluginDaemon === api) return [{ name: api, usedBy: ['api', 'plugin daemon'] }];
  return [
    { name: api, usedBy: ['api'] },
    { name: pluginDaemon, usedBy: ['plugin daemon'] },
  ];
}

const MIB = 2 ** 20;

/** Bytes of the largest object that Dify writes to a bucket, by the limits of the deployment or Dify's defaults. */
export function largestObject({ components }: Deployment, usedBy: BucketFact['usedBy']): number {
  const { api, pluginDaemon } = components;
  const uploads = Object.entries(UPLOAD_LIMITS_MB).map(([name, usual]) => Number(api?.extraEnv?.[name] ?? usual) * MIB);
  const plugin = Number(pluginDaemon?.extraEnv?.MAX_PLUGIN_PACKAGE_SIZE ?? PLUGIN_PACKAGE_BYTES.daemon);
  const sizes = [...(usedBy.includes('api') ? uploads : []), ...(usedBy.includes('plugin daemon') ? [plugin] : [])];
  return Math.max(1, ...sizes.filter((size) => Number.isFinite(size)));
}
