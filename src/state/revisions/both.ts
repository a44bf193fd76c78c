import type { Revision } from './revision.ts';
import type { RevisionStore } from './store.ts';

/** Revisions of the installation with a copy on this machine. Where the two differ, the installation is right. */
export function bothStores(installation: RevisionStore, copy: RevisionStore): RevisionStore {
  return {
    list: async (signal) => {
      const [there, here] = await Promise.all([installation.list(signal), copy.list(signal)]);
      const all = new Map([...here, ...there].map((revision): [number, Revision] => [revision.number, revision]));
      return [...all.values()].sort((a, b) => a.number - b.number);
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
