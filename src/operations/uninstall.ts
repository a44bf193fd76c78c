import { Interrupted } from '../base/errors.ts';
import type { OnProgress } from '../base/events.ts';
import { refuseLink } from '../state/links.ts';
import { refuseOtherPlace } from '../state/place.ts';
import { newestRevision } from '../state/revisions/revision.ts';
import { refuseUnreadable } from '../state/revisions/stored.ts';
import type { Change, Place, Target } from '../targets/target.ts';
import { type Locked, withLock } from './locked.ts';
import type { DeploymentContext } from './open-deployment.ts';
import { revisionStore } from './plan-install.ts';
import { runStep } from './steps.ts';

/** What an uninstall would delete, and where; shown before anybody is asked. */
export interface RemovalPlan {
  readonly place: Place;
  readonly removal: readonly Change[];
}

export interface UninstallOptions {
  readonly opened: DeploymentContext;
  readonly target: Target;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly onProgress: OnProgress;
  /** Shows what would be deleted and says whether it may be. `again`: more would be deleted than was agreed to. */
  readonly confirm: (plan: RemovalPlan, again: boolean) => Promise<boolean>;
}

export interface Uninstalled extends RemovalPlan {
  /** False where there was nothing to remove: nobody was asked, and nothing was made or changed. */
  readonly wasInstalled: boolean;
  readonly kept: readonly string[];
}

/**
 * Removes the installation under its lock; says what went and what stays. Nothing is deleted that was not shown. Throws UserError for another
 * place, a revision that cannot be read, or a held lock, and Interrupted where the answer is no.
 */
export async function uninstall(options: UninstallOptions): Promise<Uninstalled> {
  const { opened, target, signal } = options;
  const place = await target.place(signal);
  await refuseOtherPlace(opened.paths, opened.deployment.name, place.identity);
  await refuseLink(opened.paths.revisions);
  const { revisions, unreadable } = await revisionStore(opened, target).read(signal);
  refuseUnreadable(unreadable);
  const plan = { place, removal: await target.removal(signal) };
  const newest = newestRevision(revisions);
  const isGone = newest === undefined || newest.outcome === 'removed';
  if (plan.removal.length === 0 && isGone) return { ...plan, kept: [], wasInstalled: false };
  await agree(options, plan, false);
  return withLock({ ...options, run: opened.run }, (locked) =>
    runStep(
      options.onProgress,
      'uninstall',
      'uninstall',
      () => removeUnderLock(options, plan, locked),
      ({ kept }) => ({ detail: `${kept.length} kept` }),
    ),
  );
}

async function removeUnderLock(options: UninstallOptions, agreed: RemovalPlan, locked: Locked): Promise<Uninstalled> {
  const { opened, target, now, timeoutMs, onProgress } = options;
  const { signal, onChild } = locked;
  const store = revisionStore(opened, target);
  const { revisions, unreadable } = await store.read(signal);
  refuseUnreadable(unreadable);
  const plan = { ...agreed, removal: await target.removal(signal) };
  const shown = new Set(agreed.removal.map(keyOf));
  if (plan.removal.some((change) => !shown.has(keyOf(change)))) await agree(options, plan, true);
  const { kept } = await target.remove({ timeoutMs, signal, onProgress, onChild });
  const newest = newestRevision(revisions);
  if (newest !== undefined) {
    await store.write({ ...newest, phase: 'closed', outcome: 'removed', endedAt: now().toISOString() }, signal);
  }
  return { ...plan, kept, wasInstalled: true };
}

async function agree({ confirm }: UninstallOptions, plan: RemovalPlan, again: boolean): Promise<void> {
  if (!(await confirm(plan, again))) throw new Interrupted('declined; nothing was changed');
}

function keyOf({ kind, name }: Change): string {
  return `${kind} ${name}`;
}
