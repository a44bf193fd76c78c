import type { CollectContext, Need, ReadOnce, SharedRead } from './evidence.ts';

/** Returns reads that run once each. They end with the run, not with the collector that is the first to ask. */
export function createReadOnce(context: CollectContext, need: Need): ReadOnce {
  const begun = new Map<SharedRead<unknown>, Promise<unknown>>();
  return <T>(read: SharedRead<T>): Promise<T> => {
    const known = begun.get(read) ?? read(context, need);
    begun.set(read, known);
    return known as Promise<T>;
  };
}

/** Returns what `read` returns, from the read that all collectors of the run share if there is one. */
export function shared<T>(read: SharedRead<T>, context: CollectContext, need: Need): Promise<T> {
  return context.readOnce?.(read) ?? read(context, need);
}
