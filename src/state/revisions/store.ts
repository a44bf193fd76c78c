import type { Revision } from './revision.ts';
import type { StoredRevisions } from './stored.ts';

/** Stores revisions. Every call may throw ExternalError. */
export interface RevisionStore {
  /**
   * Returns every revision that an object's name shows. Those that cannot be read are in `unreadable`, never left out.
   */
  read(signal?: AbortSignal): Promise<StoredRevisions>;
  /** Writes a new revision, or overwrites the one of the same number. */
  write(revision: Revision, signal?: AbortSignal): Promise<void>;
  remove(number: number, signal?: AbortSignal): Promise<void>;
}
