import type { RevisionStore } from './store.ts';
import type { StoredRevisions } from './stored.ts';

/**
 * Returns a store of the installation's revisions with a copy on this machine. If the two differ, the installation
 * counts: damage of a copy does not matter if the installation has the revision.
 */
export function mirroredStore(installation: RevisionStore, copy: RevisionStore): RevisionStore {
  return {
    read: async (signal) => {
      const [installed, local] = await Promise.all([installation.read(signal), copy.read(signal)]);
      return readMirrored(installed, local);
    },
    write: async (revision, signal) => {
      await installation.write(revision, signal);
      await copy.write(revision, signal);
    },
    remove: async (number, signal) => {
      await installation.remove(number, signal);
      await copy.remove(number, signal);
    },
  };
}

/** Returns the revisions of both. If both have a number, the installation's counts. */
export function readMirrored(installed: StoredRevisions, local: StoredRevisions): StoredRevisions {
  const known = new Set([...installed.revisions, ...installed.unreadable].map(({ number }) => number));
  const isOnlyLocal = ({ number }: { readonly number: number }) => !known.has(number);
  return {
    revisions: [...installed.revisions, ...local.revisions.filter(isOnlyLocal)].sort((a, b) => a.number - b.number),
    unreadable: [...installed.unreadable, ...local.unreadable.filter(isOnlyLocal)].sort((a, b) => a.number - b.number),
  };
}
