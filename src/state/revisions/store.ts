import type { Revision } from './revision.ts';
import type { StoredRevisions } from './stored.ts';

/** A place where revisions are kept. Every call may throw ExternalError. */
export interface RevisionStore {
  /** Every revision by the name of its object. One that cannot be read is among them as such; it is never left out. */
  read(signal?: AbortSignal): Promise<StoredRevisions>;
  /** Writes a new revision, or one of the same number again. */
  write(revision: Revision, signal?: AbortSignal): Promise<void>;
  remove(number: number, signal?: AbortSignal): Promise<void>;
}
