import type { Evidence } from '../evidence/evidence.ts';
import type { CheckReport, CheckResult } from './check.ts';
import { type CheckRun, summarize } from './engine.ts';
import { blocks } from './exit.ts';

/** Default milliseconds between two runs. */
const PAUSE_MS = 10_000;

export interface WaitOptions {
  readonly limitMs: number;
  /** Milliseconds between two runs. */
  readonly pauseMs?: number;
  /** Runs these checks again. */
  readonly again: (ids: readonly string[]) => Promise<CheckRun>;
  /** False if waiting cannot change the result of the check, because it depends on the file alone. */
  readonly canChange: (id: string) => boolean;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  /** Rejects if the run is interrupted. */
  readonly pause: (ms: number) => Promise<void>;
  /** Called before each pause with the failing checks and the remaining milliseconds. */
  readonly onWait?: (ids: readonly string[], leftMs: number) => void;
}

/**
 * Runs the blocking checks again until all pass, the time limit is reached, or a failing check cannot change by
 * waiting. Returns the first run with the later results in place, and how long the wait took.
 */
export async function waitForChecks(first: CheckRun, options: WaitOptions): Promise<CheckRun> {
  const { limitMs, pauseMs = PAUSE_MS, again, canChange, clock, pause, onWait } = options;
  const started = clock();
  let run = first;
  for (let rounds = 0; ; rounds++) {
    const failing = run.report.checks.filter((check) => blocks(check, run.report)).map(({ id }) => id);
    const ms = Math.round(clock() - started);
    const ended = (endedBy: 'passed' | 'timeout' | 'unrecoverable') => withWait(run, { ms, rounds, endedBy });
    if (failing.length === 0) return ended('passed');
    if (!failing.every(canChange)) return ended('unrecoverable');
    if (ms >= limitMs) return ended('timeout');
    onWait?.(failing, limitMs - ms);
    await pause(Math.min(pauseMs, limitMs - ms));
    run = merged(run, await again(failing));
  }
}

function withWait(run: CheckRun, waited: NonNullable<CheckReport['waited']>): CheckRun {
  const { report } = run;
  return { ...run, report: { ...report, durationMs: report.durationMs + waited.ms, waited } };
}

function merged(before: CheckRun, later: CheckRun): CheckRun {
  const answers = new Map(later.report.checks.map((check) => [check.id, check]));
  const checks = before.report.checks.map((check): CheckResult => answers.get(check.id) ?? check);
  const nameOf = ({ key, from }: Evidence<unknown>) => `${key} ${from}`;
  const renewed = new Set(later.evidence.map(nameOf));
  return {
    report: { ...before.report, time: later.report.time, summary: summarize(checks), checks },
    evidence: [...before.evidence.filter((one) => !renewed.has(nameOf(one))), ...later.evidence],
    notes: [...before.notes, ...later.notes],
  };
}
