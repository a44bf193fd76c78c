import type { OnProgress } from '../base/events.ts';
import { refuseOtherPlace } from '../state/place.ts';
import type { Target } from '../targets/target.ts';
import { withLock } from './locked.ts';
import type { Prepared } from './prepare.ts';
import { runStep } from './steps.ts';

export interface UninstallOptions {
  readonly prepared: Prepared;
  readonly target: Target;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly onProgress: OnProgress;
}

/** Removes the installation under its lock; says what stays. Throws UserError for another place or a held lock. */
export async function uninstall(options: UninstallOptions): Promise<{ readonly kept: readonly string[] }> {
  const { prepared, target, signal, timeoutMs, onProgress } = options;
  const { identity } = await target.place(signal);
  await refuseOtherPlace(prepared.paths, prepared.deployment.name, identity);
  return withLock(options, (locked) =>
    runStep(
      onProgress,
      'uninstall',
      'uninstall',
      () => target.remove({ timeoutMs, signal: locked.signal, onProgress, onChild: locked.onChild }),
      ({ kept }) => ({ detail: `${kept.length} kept` }),
    ),
  );
}
