import type { BucketFields } from '../../../providers/object-storage/descriptor.ts';
import {
  bucketFields,
  type DescribedStore,
  defaultPluginBucket,
  describedStore,
} from '../../../providers/object-storage/registry.ts';
import type { ObjectStorage } from '../object-storage.ts';
import { type Finding, problem, warning } from './rule.ts';

/**
 * Rules for bucket names that need several fields: the length of the host name, and the default of the plugin bucket.
 * There are none for a store whose files and plugin packages share a bucket, and for a local volume.
 */
export function buckets(storage: ObjectStorage): readonly Finding[] {
  if (storage.provider === 'local') return [];
  const store = describedStore(storage);
  const fields = bucketFields(store);
  return fields === undefined ? [] : namesOf(store, fields);
}

function namesOf(store: DescribedStore, { bucket, pluginBucket }: BucketFields): readonly Finding[] {
  const { provider, at } = store;
  const path = (field: string) => `objectStorage.${provider.block}.${field}`;
  const byDefault = defaultPluginBucket(provider, bucket);
  const all = { bucket, ...(pluginBucket === undefined ? {} : { pluginBucket }) };
  const tooLong = Object.entries(all).flatMap(([field, name]) => {
    const says = provider.tooLong?.(at, name);
    return says === undefined ? [] : [problem(path(field), `${name} is too long: ${says}`)];
  });
  if (tooLong.length > 0) return tooLong;
  if (pluginBucket === undefined && !isBucketName(store, byDefault)) {
    return [problem(path('pluginBucket'), `needed: the default, ${byDefault}, is too long for a bucket name`)];
  }
  if (pluginBucket !== bucket) return [];
  return [
    warning(path('pluginBucket'), 'the same bucket as for files: one lifecycle rule would apply to plugins and files'),
  ];
}

function isBucketName({ provider, at }: DescribedStore, name: string): boolean {
  return provider.bucketNames.pattern.test(name) && provider.tooLong?.(at, name) === undefined;
}
