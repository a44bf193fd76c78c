import type { OnProgress } from '../base/events.ts';
import { refuseLink } from '../state/links.ts';
import { newestRevision, type Revision } from '../state/revisions/revision.ts';
import { refuseUnreadable } from '../state/revisions/stored.ts';
import { refuseOtherTarget } from '../state/target-identity.ts';
import type { PlannedChange, Target, TargetLocation } from '../targets/target.ts';
import type { Locked } from './locked.ts';
import type { DeploymentContext } from './open-deployment.ts';
import { operation } from './operation.ts';
import { revisionStore } from './plan-install.ts';
import { runStep } from './steps.ts';

/** What an uninstall would delete, and where; shown before the confirmation. */
export interface RemovalPlan {
  readonly place: TargetLocation;
  readonly removal: readonly PlannedChange[];
}

export interface UninstallOptions {
  readonly opened: DeploymentContext;
  readonly target: Target;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly onProgress: OnProgress;
  /** Shows what would be deleted and asks for confirmation. `again`: more would be deleted than was agreed to. */
  readonly confirm: (plan: RemovalPlan, again: boolean) => Promise<boolean>;
}

export interface Uninstalled extends RemovalPlan {
  /** False if there was nothing to remove: there was no confirmation, and nothing was changed. */
  readonly wasInstalled: boolean;
  readonly kept: readonly string[];
}

/**
 * Removes the installation under its lock. Returns what was removed and what was kept. Deletes nothing that was not
 * shown. Throws UserError for another place, a revision that cannot be read or a held lock, and Interrupted if the
 * answer is no.
 */
export async function uninstall(options: UninstallOptions): Promise<Uninstalled> {
  const { opened, target, signal } = options;
  const place = await target.locate(signal);
  await refuseOtherTarget(opened.paths, opened.deployment.name, place.identity);
  await refuseLink(opened.paths.revisions);
  const store = revisionStore(opened, target);
  return operation<PlannedRemoval, Uninstalled>(
    { ...options, run: opened.run },
    {
      plan: async (at) => {
        const { revisions, unreadable } = await store.read(at);
        refuseUnreadable(unreadable);
        return { place, removal: await target.removal(at), newest: newestRevision(revisions) };
      },
      withoutChange: async ({ removal, newest }) => {
        const isGone = newest === undefined || newest.outcome === 'removed';
        return removal.length === 0 && isGone ? { place, removal, kept: [], wasInstalled: false } : undefined;
      },
      isOther: (agreed, again) => {
        const shown = new Set(agreed.removal.map(keyOf));
        return again.removal.some((change) => !shown.has(keyOf(change)));
      },
      confirm: options.confirm,
      work: (planned, locked) =>
        runStep(
          options.onProgress,
          'uninstall',
          'uninstall',
          () => remove(options, planned, locked),
          ({ kept }) => ({ detail: `${kept.length} kept` }),
        ),
    },
  );
}

interface PlannedRemoval extends RemovalPlan {
  readonly newest: Revision | undefined;
}

/** Removes the installation and records that in the newest revision. */
async function remove(
  options: UninstallOptions,
  { place, removal, newest }: PlannedRemoval,
  { signal, onChild }: Locked,
): Promise<Uninstalled> {
  const { opened, target, now, timeoutMs, onProgress } = options;
  const { kept } = await target.remove({ timeoutMs, signal, onProgress, onChild });
  if (newest !== undefined) {
    const endedAt = now().toISOString();
    await revisionStore(opened, target).write({ ...newest, phase: 'closed', outcome: 'removed', endedAt }, signal);
  }
  return { place, removal, kept, wasInstalled: true };
}

function keyOf({ kind, name }: PlannedChange): string {
  return `${kind} ${name}`;
}
