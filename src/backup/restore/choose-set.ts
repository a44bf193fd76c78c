import { UserError } from '../../base/errors.ts';
import { EXIT } from '../../base/exit-codes.ts';
import type { BackupManifest } from '../manifest.ts';
import { type RepositorySets, unknownWords } from '../repository.ts';

interface ChosenSet {
  readonly manifest: BackupManifest;
  /** True if no newer complete set exists. */
  readonly isNewest: boolean;
}

/**
 * Returns the id of the newest set that is not after a time, damaged or not. Throws UserError if every set is after it,
 * or if `wanted` names such a set.
 */
export function setNotAfter({ sets, unknown }: RepositorySets, wanted: string, at: Date): string {
  const isNotAfter = ({ manifest }: RepositorySets['sets'][number]) => Date.parse(manifest.commonPoint) <= at.getTime();
  if (wanted !== 'latest') {
    const named = sets.find(({ manifest }) => manifest.set === wanted);
    if (named === undefined || isNotAfter(named)) return wanted;
    throw new UserError(`set ${wanted} is of ${named.manifest.commonPoint}, after ${at.toISOString()}`, {
      next: [`difyctl restore --at ${at.toISOString()} takes the newest set that is not after it`],
    });
  }
  refuseUnknown(unknown, 'the newest set is unknown');
  const found = sets.findLast(isNotAfter);
  if (found !== undefined) return found.manifest.set;
  const [oldest] = sets;
  const observed = oldest === undefined ? 'there is no set' : `the oldest is of ${oldest.manifest.commonPoint}`;
  throw new UserError(`no complete set is as old as ${at.toISOString()}: ${observed}`, {
    next: ['difyctl backup list shows the sets'],
  });
}

/**
 * Returns the set with this id, or the newest one (`latest`). Throws UserError if it does not exist, is partial, damaged
 * or was written by a newer difyctl. A damaged newest set is refused, not replaced by an older one.
 */
export function chooseSet({ sets, unreadable, partial, unknown }: RepositorySets, wanted: string): ChosenSet {
  if (wanted === 'latest') refuseUnknown(unknown, 'the newest set is unknown');
  const newest = sets.at(-1);
  const id = wanted === 'latest' ? newest?.manifest.set : wanted;
  if (id === undefined)
    throw new UserError('the repository has no complete set of this deployment', { next: ['difyctl backup'] });
  const fault = unreadable.find(({ set }) => set === id);
  if (fault !== undefined)
    throw new UserError(`the manifest of set ${id} cannot be read: ${fault.reason}`, {
      exitCode: EXIT.rehearsal,
      next: [fault.newer === undefined ? 'difyctl backup verify' : `use difyctl ${fault.newer} or newer`],
    });
  const found = sets.find(({ manifest }) => manifest.set === id);
  if (found === undefined) refuseUnknown(unknown, `set ${id} has no manifest that can be read`);
  if (partial[id] !== undefined)
    throw new UserError(`set ${id} has no manifest: its backup did not finish`, { next: ['difyctl backup list'] });
  if (found === undefined)
    throw new UserError(`the repository has no set ${id}`, { next: ['difyctl backup list shows the sets'] });
  if (found.faults.length > 0)
    throw new UserError(`set ${id} is damaged: ${found.faults.join('; ')}`, {
      exitCode: EXIT.rehearsal,
      next: ['difyctl backup list shows the other sets', 'difyctl backup makes a new one'],
    });
  return { manifest: found.manifest, isNewest: id === newest?.manifest.set };
}

/** Throws UserError if a snapshot cannot be read that may be the manifest of a set. */
function refuseUnknown(unknown: readonly string[], effect: string): void {
  if (unknown.length === 0) return;
  throw new UserError(`${effect}: ${unknownWords(unknown)}`, {
    exitCode: EXIT.rehearsal,
    next: ['difyctl backup list shows the sets that can be restored by their ids'],
  });
}
