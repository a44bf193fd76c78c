import { ExternalError } from '../../base/errors.ts';
import type { BucketList } from '../rclone.ts';
import { bucketOf, type OpenBuckets } from './bucket.ts';
import type { FilesPart, MakeContext } from './context.ts';

/** A list of a bucket, and when it was begun. */
export interface DatedList extends BucketList {
  readonly begunAt: Date;
}

/** Lists of the buckets that a set copies. */
export interface BucketLists {
  of(part: FilesPart): Promise<DatedList>;
  /** Ends the lists that still run. */
  stop(): Promise<void>;
}

/**
 * Begins to list the buckets, which takes as long as a dump of a small database. Nothing waits for a list before the part
 * that needs it. The caller calls `stop` at the end.
 */
export function beginLists(buckets: OpenBuckets, context: MakeContext): BucketLists {
  const stopped = new AbortController();
  const options = { signal: AbortSignal.any([context.signal, stopped.signal]), onStart: context.onStart };
  const begun = new Map<string, Promise<DatedList>>();
  const list = async (bucket: string): Promise<DatedList> => {
    const begunAt = new Date();
    return { ...(await buckets.rclone.list(bucket, options)), begunAt };
  };
  // Dify and the plugin daemon may share a bucket.
  for (const bucket of new Set([buckets.files, buckets.plugins])) {
    const one = list(bucket);
    // The part that needs the list throws its error.
    one.catch(() => undefined);
    begun.set(bucket, one);
  }
  return {
    of: (part) => {
      const one = begun.get(bucketOf(part, buckets));
      return one ?? Promise.reject(new ExternalError(`bucket ${bucketOf(part, buckets)} was not listed`));
    },
    stop: async () => {
      stopped.abort();
      await Promise.allSettled(begun.values());
    },
  };
}
