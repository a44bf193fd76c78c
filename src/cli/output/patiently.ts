import { setTimeout as delay } from 'node:timers/promises';
import { formatDuration } from '../../base/duration.ts';
import type { CheckRun, RunChecksOptions } from '../../checks/engine.ts';
import { CHECKS } from '../../checks/registry.ts';
import { waitForChecks } from '../../checks/wait.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import { isStill } from '../../evidence/given.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Selection } from '../input/check-options.ts';
import { checklistStarter } from './check-output.ts';

type LookAt = (selection: Selection & Pick<RunChecksOptions, 'onEvent'>) => Promise<CheckRun>;

/** Looks, and with `--wait` again and again; each look fills in a checklist of its own. */
export async function patiently(
  context: CommandContext,
  { only, skip, waitMs }: Selection & { readonly waitMs: number | undefined },
  given: readonly Evidence<unknown>[],
  lookAt: LookAt,
): Promise<CheckRun> {
  const start = await checklistStarter(context);
  const once = async (selection: Selection): Promise<CheckRun> => {
    const { onEvent, end } = start();
    return lookAt({ ...selection, onEvent }).finally(end);
  };
  const first = await once({ only, skip });
  if (waitMs === undefined) return first;
  const known = new Set(given.map(({ key }) => key));
  let said = '';
  return waitForChecks(first, {
    limitMs: waitMs,
    again: (ids) => once({ only: ids, skip: [] }),
    canChange: (id) => keysOf(id).some((key) => !isStill(key) && !known.has(key)),
    clock: () => performance.now(),
    pause: (ms) => delay(ms, undefined, { signal: context.signal }),
    onWait: (ids, leftMs) => {
      const text = ids.join(', ');
      if (!context.quiet && text !== said) {
        context.stderr.write(`  waiting for ${text} (${formatDuration(Math.ceil(leftMs / 1_000))} left)\n`);
      }
      said = text;
    },
  });
}

/** Names of the evidence that a check stands on. */
function keysOf(id: string): readonly string[] {
  return CHECKS.find((check) => check.id === id)?.needs.map(({ name }) => name) ?? [];
}
