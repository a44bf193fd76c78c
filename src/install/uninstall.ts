import type { OnProgress } from '../base/events.ts';
import { refuseOtherPlace } from '../state/place.ts';
import { newestRevision } from '../state/revisions/revision.ts';
import type { Target } from '../targets/target.ts';
import { revisionStore } from './draft.ts';
import { type Locked, withLock } from './locked.ts';
import type { Bench } from './prepare.ts';
import { runStep } from './steps.ts';

export interface UninstallOptions {
  readonly bench: Bench;
  readonly target: Target;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly onProgress: OnProgress;
}

/** Removes the installation under its lock; says what stays. Throws UserError for another place or a held lock. */
export async function uninstall(options: UninstallOptions): Promise<{ readonly kept: readonly string[] }> {
  const { bench, target, signal } = options;
  const { identity } = await target.place(signal);
  await refuseOtherPlace(bench.paths, bench.deployment.name, identity);
  return withLock({ ...options, run: bench.run }, (locked) =>
    runStep(
      options.onProgress,
      'uninstall',
      'uninstall',
      () => removeUnderLock(options, locked),
      ({ kept }) => ({ detail: `${kept.length} kept` }),
    ),
  );
}

async function removeUnderLock({ bench, target, now, timeoutMs, onProgress }: UninstallOptions, locked: Locked) {
  const { signal, onChild } = locked;
  const removed = await target.remove({ timeoutMs, signal, onProgress, onChild });
  const store = revisionStore(bench, target);
  const newest = newestRevision(await store.list(signal));
  if (newest !== undefined) {
    await store.write({ ...newest, phase: 'closed', outcome: 'removed', endedAt: now().toISOString() }, signal);
  }
  return removed;
}
