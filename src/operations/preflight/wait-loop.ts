import { setTimeout as delay } from 'node:timers/promises';
import type { CheckRun, RunChecksOptions } from '../../checks/engine.ts';
import { CHECKS } from '../../checks/registry.ts';
import { waitForChecks } from '../../checks/wait.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import { isStatic } from '../../evidence/reusable.ts';
import type { PreflightRun, Selection } from './options.ts';

/** One pass over the selected checks. */
type RunPass = (pass: Selection & Pick<RunChecksOptions, 'onEvent'>) => Promise<CheckRun>;

/**
 * Runs the checks once. With `waitMs`, repeats the failed ones until they pass or the time limit is reached. Each pass
 * has its own checklist.
 */
export async function runWithWait(
  { startChecklist, onWait, signal }: Pick<PreflightRun, 'startChecklist' | 'onWait' | 'signal'>,
  { only, skip, waitMs }: Selection & { readonly waitMs: number | undefined },
  given: readonly Evidence<unknown>[],
  runPass: RunPass,
): Promise<CheckRun> {
  const once = async (selection: Selection): Promise<CheckRun> => {
    const { onEvent, end } = startChecklist();
    return runPass({ ...selection, onEvent }).finally(end);
  };
  const first = await once({ only, skip });
  if (waitMs === undefined) return first;
  const known = new Set(given.map(({ key }) => key));
  return waitForChecks(first, {
    limitMs: waitMs,
    again: (ids) => once({ only: ids, skip: [] }),
    canChange: (id) => keysOf(id).some((key) => !isStatic(key) && !known.has(key)),
    clock: () => performance.now(),
    pause: (ms) => delay(ms, undefined, { signal }),
    onWait,
  });
}

/** The keys of the evidence that a check requires. */
function keysOf(id: string): readonly string[] {
  return CHECKS.find((check) => check.id === id)?.requires.map(({ name }) => name) ?? [];
}
