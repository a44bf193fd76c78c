import type { Evidence } from '../evidence/evidence.ts';
import type { CheckReport, CheckResult } from './check.ts';
import { type CheckRun, summarize } from './engine.ts';
import { blocks } from './exit.ts';

/** Milliseconds between two looks. */
const PAUSE_MS = 10_000;

export interface WaitOptions {
  readonly limitMs: number;
  /** Looks at these checks anew. */
  readonly again: (ids: readonly string[]) => Promise<CheckRun>;
  /** Whether time can change a check's answer: none changes what is written in the file. */
  readonly canChange: (id: string) => boolean;
  /** Milliseconds of any clock that only goes forward. */
  readonly clock: () => number;
  /** Rejects where the run is interrupted. */
  readonly pause: (ms: number) => Promise<void>;
  /** Told before each pause what is waited for, and the milliseconds that are left. */
  readonly onWait?: (ids: readonly string[], leftMs: number) => void;
}

/**
 * Looks again at what forbids going on, and at nothing else, until all of it passes, the time is over, or something fails that no waiting mends. The
 * result is the first run's with its later answers in their places, and how long it took.
 */
export async function waitForChecks(first: CheckRun, options: WaitOptions): Promise<CheckRun> {
  const { limitMs, again, canChange, clock, pause, onWait } = options;
  const started = clock();
  let run = first;
  for (let rounds = 0; ; rounds++) {
    const failing = run.report.checks.filter((check) => blocks(check, run.report)).map(({ id }) => id);
    const ms = Math.round(clock() - started);
    const ended = (over: 'passed' | 'time' | 'hopeless') => withWait(run, { ms, rounds, over });
    if (failing.length === 0) return ended('passed');
    if (!failing.every(canChange)) return ended('hopeless');
    if (ms >= limitMs) return ended('time');
    onWait?.(failing, limitMs - ms);
    await pause(Math.min(PAUSE_MS, limitMs - ms));
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
