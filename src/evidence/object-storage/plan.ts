import type { ObjectStorage } from '../../deployment/schema/object-storage.ts';
import { mainBucket, pluginBucket } from '../../render/dify-env/plugin-storage.ts';
import type { BucketFact } from './facts.ts';

export interface PlannedBucket {
  readonly name: string;
  readonly usedBy: BucketFact['usedBy'];
}

/** The buckets that Dify's processes use, each once; none for local storage. */
export function bucketsOf(storage: ObjectStorage): readonly PlannedBucket[] {
  const main = storage.provider === 'local' ? undefined : mainBucket(storage);
  const plugin = pluginBucket(storage);
  if (main === undefined) return [];
  if (plugin === undefined || plugin === main) return [{ name: main, usedBy: ['api', 'plugin daemon'] }];
  return [
    { name: main, usedBy: ['api'] },
    { name: plugin, usedBy: ['plugin daemon'] },
  ];
}
