import { setTimeout as delay } from 'node:timers/promises';
import { Interrupted } from '../base/errors.ts';
import type { CheckRun } from '../checks/engine.ts';
import { blocks } from '../checks/exit.ts';
import { waitForChecks } from '../checks/wait.ts';
import { runPostflight } from './postflight.ts';
import type { PreparedDeployment } from './prepare.ts';

/** Milliseconds: controllers and processes settle within seconds after the pods are ready. */
const SETTLE_MS = 15_000;
const PAUSE_MS = 3_000;

/**
 * Runs postflight at the end of an operation, and repeats what blocks for up to 15 seconds: what was applied a moment
 * ago may not have settled. Throws as `runPostflight` does.
 */
export async function settledPostflight(
  prepared: PreparedDeployment,
  options: Parameters<typeof runPostflight>[1],
): Promise<CheckRun> {
  const first = await runPostflight(prepared, options);
  if (!first.report.checks.some((check) => blocks(check, first.report))) return first;
  const { onEvent: _, ...quiet } = options;
  return waitForChecks(first, {
    ...{ limitMs: SETTLE_MS, pauseMs: PAUSE_MS },
    again: (ids) => runPostflight(prepared, { ...quiet, only: ids, skip: [] }),
    canChange: () => true,
    clock: () => performance.now(),
    pause: (ms) =>
      delay(ms, undefined, { signal: options.signal }).catch(() => {
        throw new Interrupted();
      }),
  });
}
