import { newestRevision, type Revision } from '../../state/revisions/revision.ts';

/** How far the promotion of a place came, by its revisions. */
export type Stage =
  /** Nothing is here. */
  | { readonly kind: 'empty' }
  /** A restore did not end. */
  | { readonly kind: 'restoring'; readonly restore: Restored }
  /** The data is restored, and no install began. */
  | { readonly kind: 'restored'; readonly restore: Restored }
  /** An install on the restored data did not end. */
  | { readonly kind: 'installing'; readonly restore: Restored }
  /** Dify is installed on the restored data. */
  | { readonly kind: 'promoted'; readonly revision: number }
  /** Something was installed that is not the restored data of a primary. */
  | { readonly kind: 'other'; readonly revision: number };

type Restored = NonNullable<Revision['restore']>;

/** Returns the stage that the revisions show. */
export function stageOf(revisions: readonly Revision[]): Stage {
  const newest = newestRevision(revisions);
  if (newest === undefined || newest.outcome === 'removed') return { kind: 'empty' };
  const { operation, outcome, restore, number: revision } = newest;
  if (operation === 'restore' && restore !== undefined)
    return { kind: outcome === 'restored' ? 'restored' : 'restoring', restore };
  const restored = restoredIn(revisions);
  if (restored === undefined) return { kind: 'other', revision };
  return outcome === 'applied' ? { kind: 'promoted', revision } : { kind: 'installing', restore: restored };
}

/** Returns the last restore that ended, since the last uninstall. Undefined if there is none. */
export function restoredIn(revisions: readonly Revision[]): Restored | undefined {
  const sorted = revisions.toSorted((a, b) => b.number - a.number);
  const removed = sorted.findIndex(({ outcome }) => outcome === 'removed');
  const current = removed < 0 ? sorted : sorted.slice(0, removed);
  return current.find(({ outcome }) => outcome === 'restored')?.restore;
}
