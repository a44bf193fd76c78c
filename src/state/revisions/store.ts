import type { Revision } from './revision.ts';

/** A place where revisions are kept. Every call may throw ExternalError. */
export interface RevisionStore {
  /** Oldest first. What cannot be understood is left out. */
  list(signal?: AbortSignal): Promise<readonly Revision[]>;
  /** Writes a new revision, or one of the same number again. */
  write(revision: Revision, signal?: AbortSignal): Promise<void>;
  remove(number: number, signal?: AbortSignal): Promise<void>;
}
