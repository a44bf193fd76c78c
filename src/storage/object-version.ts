/** One entry of a bucket's history: a version of an object, or the mark that it was deleted. */
export interface HistoryEntry {
  readonly key: string;
  /** The storage's id of the version: `null` for an object from before versioning was enabled. */
  readonly version: string;
  /** When it was written, by the clock of the storage. ISO 8601 in UTC. */
  readonly at: string;
  /** Undefined for the mark of a deletion. */
  readonly object?: { readonly bytes: number; readonly etag: string };
  /** True for the newest entry of the key: what a client without a version gets. */
  readonly isLatest: boolean;
}

/** One version of an object. */
export interface ObjectVersion {
  readonly key: string;
  readonly version: string;
  readonly at: string;
  readonly bytes: number;
  readonly etag: string;
}

/** The times that decide which versions count, by the storage's clock. */
export interface VersionTimes {
  /** Later entries are ignored. Undefined: all entries count. */
  readonly until?: Date;
  /** An object that was deleted after this time counts as present. Undefined: no deleted object does. */
  readonly since?: Date;
}

/**
 * Returns the version that each object had at a time, sorted by key. Of several entries of one key, the first is the
 * newest, as storages list them.
 */
export function versionsAt(history: Iterable<HistoryEntry>, { until, since }: VersionTimes): readonly ObjectVersion[] {
  const found = new Map<string, ObjectVersion | 'deleted'>();
  for (const { key, version, at, object } of history) {
    if (found.has(key) || (until !== undefined && Date.parse(at) > until.getTime())) continue;
    if (object !== undefined) found.set(key, { key, version, at, ...object });
    else if (since === undefined || Date.parse(at) <= since.getTime()) found.set(key, 'deleted');
  }
  const present = [...found.values()].filter((one) => one !== 'deleted');
  return present.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** True if two versions have the same contents. The etag of an object in parts differs after a copy: its size decides. */
export function isSameContent(
  one: Pick<ObjectVersion, 'bytes' | 'etag'>,
  other: Pick<ObjectVersion, 'bytes' | 'etag'>,
): boolean {
  if (one.bytes !== other.bytes) return false;
  return one.etag === other.etag || one.etag.includes('-') !== other.etag.includes('-');
}
