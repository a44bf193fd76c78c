import { span } from '../../base/duration.ts';
import { DRILLS } from '../../evidence/recovery/drills.ts';
import { lossOf } from '../../recovery/drill-facts.ts';
import type { DrillRecord } from '../../recovery/drill-record.ts';
import { isFresh } from '../../recovery/durations.ts';
import { MEASUREMENT_VALID_SECONDS } from '../../recovery/figures.ts';
import type { Check, JudgeContext } from '../check.ts';

/** The records of drills, for `optional`. */
export const drillEvidence: Check['requires'] = [DRILLS];

/** The newest record; undefined if there is none. */
export function newestDrill(context: JudgeContext): DrillRecord | undefined {
  return context.optionalEvidence(DRILLS)?.data?.records[0];
}

/** The newest drill that passed and is not too old to count as a measurement. */
export function measuredDrill(context: JudgeContext): DrillRecord | undefined {
  const records = context.optionalEvidence(DRILLS)?.data?.records ?? [];
  return records.find(({ outcome, at }) => outcome === 'pass' && isFresh(at, context.now, MEASUREMENT_VALID_SECONDS));
}

/**
 * The loss that the newest drill of a newest set measured, if PostgreSQL is restored from backup sets: an archive or a
 * snapshot of the provider loses less. Undefined otherwise.
 */
export function drilledLoss(
  context: JudgeContext,
): { readonly seconds: number; readonly observed: string } | undefined {
  const { deployment } = context;
  if ((deployment?.recovery?.postgres?.method ?? 'dump') !== 'dump') return undefined;
  const drill = measuredDrill(context);
  if (drill?.isNewest !== true) return undefined;
  const seconds = lossOf(drill);
  return { seconds, observed: `the newest set was ${span(seconds)} old at the drill of ${dayOf(drill)}` };
}

/** The day of a drill: `2026-11-29`. */
export function dayOf({ at }: Pick<DrillRecord, 'at'>): string {
  return at.slice(0, 10);
}
