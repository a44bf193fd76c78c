import { BUCKET_NAMES } from '../../../providers/object-storage/bucket-names.ts';
import type { BucketFields } from '../../../providers/object-storage/descriptor.ts';
import { defaultPluginBucket } from '../../../providers/object-storage/plugin-bucket.ts';
import { bucketFields, describedStore } from '../../../providers/object-storage/registry.ts';
import type { ObjectStorage } from '../object-storage.ts';
import { type Finding, problem, warning } from './rule.ts';

/**
 * Rules for bucket names that need several fields: the length of the host name at Tencent COS, and the default of the
 * plugin bucket.
 */
export function buckets(storage: ObjectStorage): readonly Finding[] {
  const block = bucketBlock(storage);
  if (block === undefined) return [];
  const [name, { bucket, pluginBucket }] = block;
  const path = (field: string) => `objectStorage.${name}.${field}`;
  const byDefault = defaultPluginBucket(storage.provider, bucket);
  const all = { bucket, ...(pluginBucket === undefined ? {} : { pluginBucket }) };
  const tooLong = Object.entries(all).filter(([, text]) => !fitsHost(storage, text));
  if (tooLong.length > 0)
    return tooLong.map(([field, text]) => problem(path(field), `${text} is too long: ${COS_HOST_SAYS}`));
  if (pluginBucket === undefined && !isBucketName(storage, byDefault)) {
    return [problem(path('pluginBucket'), `needed: ${byDefault}, its default, is longer than a bucket name may be`)];
  }
  if (pluginBucket !== bucket) return [];
  return [warning(path('pluginBucket'), 'the same bucket as for files: plugins and files share one life cycle')];
}

/** Maximum length of a bucket's whole host name at Tencent COS (tencentcloud.com/document/product/436/13312). */
const LONGEST_COS_HOST = 60;
const COS_HOST_SAYS = `its host name, with .cos.REGION.myqcloud.com, has at most ${LONGEST_COS_HOST} characters`;

function isBucketName(storage: ObjectStorage, name: string): boolean {
  const rule = storage.provider === 'local' ? undefined : BUCKET_NAMES[storage.provider];
  return rule?.pattern.test(name) !== false && fitsHost(storage, name);
}

function fitsHost(storage: ObjectStorage, name: string): boolean {
  if (storage.provider !== 'tencent-cos') return true;
  return `${name}.cos.${storage.tencentCos.region}.myqcloud.com`.length <= LONGEST_COS_HOST;
}

/** The block with buckets. Undefined for Azure, which has one container for both, and for a local store. */
function bucketBlock(storage: ObjectStorage): readonly [string, BucketFields] | undefined {
  if (storage.provider === 'local') return undefined;
  const described = describedStore(storage);
  const fields = bucketFields(described);
  return fields === undefined ? undefined : [described.provider.block, fields];
}
