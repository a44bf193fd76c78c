import { APP_OUTSIDE, type PublicAnswers } from '../../../evidence/app/outside/origins.ts';
import type { JudgeContext, Judgement, Observation, Status } from '../../check.ts';
import { worst } from '../../judge.ts';
import { some } from '../../judgement.ts';

/** What one subject showed, and the next step if it is a finding. */
export interface Seen {
  readonly subject: string;
  readonly status: Status;
  readonly observed: string;
  readonly remedy?: string;
}

/** One judgement of several subjects: the worst status, in the words of the subjects that have it. */
export function summed(seen: readonly Seen[], expected: string): Judgement {
  const observations: readonly Observation[] = seen.map(({ subject, status, observed }) => ({
    subject,
    from: 'local',
    status,
    observed,
    expected,
  }));
  const status = worst(seen.map((one) => one.status));
  const grave = seen.filter((one) => one.status === status);
  const observed = some([...new Set(grave.map((one) => `${one.subject}: ${one.observed}`))]);
  const remedy = grave.find((one) => one.remedy !== undefined)?.remedy;
  const isFine = status === 'pass' || status === 'skip';
  const message = isFine ? observed : `${observed}; expected ${expected}`;
  return { status, observed, expected, message, observations, ...(remedy === undefined ? {} : { remedy }) };
}

/**
 * Returns the `judge` of a check on what every public address answers. Addresses that this machine cannot reach are
 * skipped: app.public-url and names.dns report them.
 */
export function judgeOrigins(
  expected: string,
  judge: (origin: PublicAnswers, context: JudgeContext) => readonly Seen[],
): (context: JudgeContext) => Judgement {
  return (context) => {
    const { unasked, origins } = context.evidence(APP_OUTSIDE);
    if (unasked !== undefined) return { status: 'skip', observed: unasked, expected, message: unasked };
    const seen = origins.flatMap((origin): readonly Seen[] => {
      if (origin.fault === undefined) return judge(origin, context);
      const observed = `not reachable from this machine (${origin.fault})`;
      return [{ subject: origin.url, status: 'skip', observed }];
    });
    return summed(seen, expected);
  };
}
