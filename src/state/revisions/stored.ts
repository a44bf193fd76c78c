import { UserError } from '../../base/errors.ts';
import type { Revision } from './revision.ts';

/** A revision that exists and cannot be used: damaged, or written by a newer difyctl. */
export interface UnreadableRevision {
  /** From the object's name: its content says nothing that could be trusted. */
  readonly number: number;
  /** The object: `Secret difyctl-dify-revision-3`, or the path of a file. */
  readonly where: string;
  readonly reason: string;
  /** The difyctl that can read it, where a newer one wrote it. */
  readonly newer?: string | undefined;
  /** The command that takes it out of the way and keeps a copy. */
  readonly setAside: string;
}

/** Every revision that a place holds, whether or not it can be read. */
export interface StoredRevisions {
  /** Oldest first. */
  readonly revisions: readonly Revision[];
  /** Oldest first. */
  readonly unreadable: readonly UnreadableRevision[];
}

/** The number of the next revision: one more than any that exists, read or not. */
export function nextNumber({ revisions, unreadable }: StoredRevisions): number {
  return Math.max(0, ...[...revisions, ...unreadable].map(({ number }) => number)) + 1;
}

/** What a command that only looks says of a revision that it cannot read. */
export function unreadableNote({ number, where, reason, newer }: UnreadableRevision): string {
  const by = newer === undefined ? '' : `; difyctl ${newer} or newer can read it`;
  return `revision ${number} cannot be read (${where}): ${reason}${by}`;
}

/**
 * Refuses to change an installation of which a revision cannot be read: what that revision recorded would be overwritten, or what it names
 * deleted. Throws UserError (exit 2).
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
          ? [
              'keep a copy and take it out of the way; the other revisions stay:',
              ...unreadable.map(({ setAside }) => setAside),
            ]
          : [`use difyctl ${newest.newer} or newer`],
    },
  );
}
