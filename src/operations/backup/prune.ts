import { keptSets } from '../../backup/keep.ts';
import { backupSettings } from '../../backup/open-repository.ts';
import { type RepositorySets, readSets, unknownWords } from '../../backup/repository.ts';
import { Interrupted, UserError } from '../../base/errors.ts';
import type { OnProgress } from '../../base/events.ts';
import { counted } from '../../base/words.ts';
import { type OldVersions, readOldVersions } from '../../evidence/recovery/old-versions.ts';
import type { ResticSnapshot } from '../../exec/restic-output.ts';
import { runStep } from '../steps.ts';
import { onRepository, type RepositoryOptions } from './repository.ts';

export interface PruneOptions extends RepositoryOptions {
  readonly dryRun: boolean;
  readonly now: () => Date;
  readonly onProgress: OnProgress;
  /** Shows what would be removed and asks for confirmation. */
  readonly confirm: (plan: PrunePlan) => Promise<boolean>;
}

/** What a prune removes. */
interface PrunePlan {
  /** Ids of the sets, oldest first. */
  readonly removed: readonly string[];
  readonly kept: readonly string[];
  /** Ids of incomplete sets, whose snapshots are removed. */
  readonly partial: readonly string[];
  /** Sets that lack a part. They are neither counted nor removed. */
  readonly damaged: readonly string[];
}

interface Removal extends PrunePlan {
  readonly manifests: readonly string[];
  readonly snapshots: readonly string[];
}

/** A run that makes a set ends within this time, so that an older incomplete set belongs to no run. */
const PARTIAL_MS = 24 * 60 * 60 * 1000;

/** What a prune removed, and what the bucket of the repository keeps of it. */
export interface Pruned extends PrunePlan {
  /** Undefined after a dry run, and if the repository is not in a bucket of S3 with keys. */
  readonly old?: OldVersions | { readonly reason: string };
}

/**
 * Removes the sets that `recovery.backup.keep` does not keep, and snapshots of runs that did not end. Returns what was
 * removed. Throws UserError if a manifest cannot be read: nothing is removed then. Throws Interrupted if the answer is
 * no.
 */
export function pruneBackups(options: PruneOptions): Promise<Pruned> {
  const { opened, signal, dryRun, now, onProgress, confirm } = options;
  const { name } = opened.deployment;
  const { keep } = backupSettings(opened.deployment);
  return onRepository(options, async (restic, input) => {
    // A killed run leaves its lock, also if it had removed everything.
    if (!dryRun) await restic.unlock({ signal });
    const plan = prunePlan(await readSets(restic, name, { signal }), keep, now());
    if (dryRun) return plan;
    const pruned = async (): Promise<Pruned> => {
      const old = await readOldVersions({ ...input, now, signal });
      return { ...plan, ...(old === undefined ? {} : { old }) };
    };
    if (plan.manifests.length + plan.snapshots.length === 0) return pruned();
    if (!(await confirm(plan))) throw new Interrupted('declined; nothing was removed');
    const count = counted(plan.removed.length + plan.partial.length, 'set');
    // Without its manifest a set does not exist, so that a killed run leaves no set that lacks a part.
    const remove = async (): Promise<void> => {
      if (plan.manifests.length > 0) await restic.forget(plan.manifests, { signal });
      if (plan.snapshots.length > 0) await restic.forget(plan.snapshots, { signal });
    };
    await runStep(onProgress, 'prune', `remove ${count}`, remove, () => ({ detail: '' }));
    return pruned();
  });
}

/** Returns what a prune at this moment removes. Throws UserError if a manifest or a snapshot cannot be read. */
export function prunePlan(
  { sets, unreadable, partial, unknown }: RepositorySets,
  keep: Parameters<typeof keptSets>[1],
  now: Date,
): Removal {
  refuseUnreadable(unreadable);
  refuseUnknown(unknown);
  const intact = sets.filter(({ faults }) => faults.length === 0);
  const kept = keptSets(
    intact.map(({ manifest }) => manifest),
    keep,
  );
  const removed = intact.filter(({ manifest }) => !kept.has(manifest.set));
  const named = new Set(sets.filter((one) => !removed.includes(one)).flatMap(({ manifest }) => snapshotsOf(manifest)));
  const left = Object.entries(partial).filter(([, snapshots]) => isOld(snapshots, now));
  const snapshots = [
    ...removed.flatMap(({ manifest }) => snapshotsOf(manifest)),
    ...left.flatMap(([, own]) => own.map(({ id }) => id)),
  ];
  return {
    removed: removed.map(({ manifest }) => manifest.set),
    kept: intact.filter(({ manifest }) => kept.has(manifest.set)).map(({ manifest }) => manifest.set),
    partial: left.map(([set]) => set),
    damaged: sets.filter(({ faults }) => faults.length > 0).map(({ manifest }) => manifest.set),
    manifests: removed.map(({ snapshot }) => snapshot),
    // A manifest that stays keeps everything that it names.
    snapshots: snapshots.filter((id) => !named.has(id)),
  };
}

function refuseUnreadable(unreadable: RepositorySets['unreadable']): void {
  const [first] = unreadable;
  if (first === undefined) return;
  const newer = unreadable.find((one) => one.newer !== undefined)?.newer;
  throw new UserError(`the manifest of ${counted(unreadable.length, 'set')} cannot be read, so nothing was removed`, {
    problems: unreadable.map(({ set, reason }) => ({ path: set, message: reason })),
    next:
      newer === undefined
        ? [`if the set is lost, remove its snapshots: restic snapshots --tag set=${first.set}, restic forget ID`]
        : [`use difyctl ${newer} or newer`],
  });
}

/** A set whose manifest is one of these snapshots looks like one that did not finish. */
function refuseUnknown(unknown: readonly string[]): void {
  if (unknown.length === 0) return;
  throw new UserError(`${unknownWords(unknown)}, so nothing was removed`, { next: ['difyctl backup verify --all'] });
}

function snapshotsOf({ parts }: RepositorySets['sets'][number]['manifest']): readonly string[] {
  return parts.flatMap(({ snapshot }) => (snapshot === undefined ? [] : [snapshot]));
}

function isOld(snapshots: readonly ResticSnapshot[], now: Date): boolean {
  return snapshots.every(({ time }) => now.getTime() - Date.parse(time) > PARTIAL_MS);
}
