import { UserError } from '../../base/errors.ts';
import type { Revision } from './revision.ts';

/** A revision that exists and cannot be used: damaged, or written by a newer difyctl. */
export interface UnreadableRevision {
  /** From the object's name, because its content cannot be trusted. */
  readonly number: number;
  /** The object: `Secret difyctl-dify-revision-3`, or the path of a file. */
  readonly where: string;
  readonly reason: string;
  /** The newer difyctl that wrote it and can read it. Undefined if no newer difyctl wrote it. */
  readonly newer?: string | undefined;
  /** The command that removes it and keeps a copy. */
  readonly setAside: string;
}

/** Every revision in a store, readable or not. */
export interface StoredRevisions {
  /** Oldest first. */
  readonly revisions: readonly Revision[];
  /** Oldest first. */
  readonly unreadable: readonly UnreadableRevision[];
}

/** Returns the number of the next revision: one more than any that exists, readable or not. */
export function nextNumber({ revisions, unreadable }: StoredRevisions): number {
  return Math.max(0, ...[...revisions, ...unreadable].map(({ number }) => number)) + 1;
}

/** Returns the note of a read-only command about a revision that it cannot read. */
export function unreadableNote({ number, where, reason, newer }: UnreadableRevision): string {
  const by = newer === undefined ? '' : `; difyctl ${newer} or newer can read it`;
  return `revision ${number} cannot be read (${where}): ${reason}${by}`;
}

/**
 * Refuses to change an installation with a revision that cannot be read: the run could overwrite its record, or delete
 * objects that it names. Throws UserError (exit 2).
 */
export function refuseUnreadable(unreadable: readonly UnreadableRevision[]): void {
  const [first] = unreadable;
  if (first === undefined) return;
  const newest = unreadable.findLast(({ newer }) => newer !== undefined);
  const count = unreadable.length === 1 ? 'a revision' : `${unreadable.length} revisions`;
  throw new UserError(
    newest === undefined
      ? `${count} of this installation cannot be read, so nothing was changed`
      : `this installation was last changed by difyctl ${newest.newer}, so nothing was changed`,
    {
      problems: unreadable.map(({ number, where, reason }) => ({
        path: `revision ${number}`,
        message: `${where}: ${reason}`,
      })),
      next:
        newest === undefined
          ? ['save a copy and remove it; the other revisions stay:', ...unreadable.map(({ setAside }) => setAside)]
          : [`use difyctl ${newest.newer} or newer`],
    },
  );
}
