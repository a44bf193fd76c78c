import { durationSeconds, span } from '../base/duration.ts';
import type { Recovery } from '../deployment/schema/recovery.ts';
import { lossOf, recoverySeconds, recoveryWords } from './drill-facts.ts';
import type { DrillRecord } from './drill-record.ts';

/** What a drill says about one promise of the plan. */
export interface DrillVerdict {
  readonly promise: 'rto' | 'rpo';
  readonly status: 'pass' | 'fail' | 'skip';
  /** `restored in 12m (target 4h)`. */
  readonly observed: string;
}

/**
 * Compares a record with the RTO and the RPO of the plan. The RPO counts only for the newest set, and only if PostgreSQL
 * is restored from sets: an archive loses less.
 */
export function drillVerdicts(record: DrillRecord, recovery: Recovery | undefined): readonly DrillVerdict[] {
  const { rto, rpo, postgres } = recovery ?? {};
  const restored = recoveryWords(record);
  const age = `the data was ${span(lossOf(record))} old`;
  const isDumped = (postgres?.method ?? 'dump') === 'dump';
  return [
    rto === undefined
      ? { promise: 'rto', status: 'skip', observed: `${restored}; the file has no RTO` }
      : { promise: 'rto', status: within(recoverySeconds(record), rto), observed: `${restored} (target ${rto})` },
    rpo === undefined || !record.isNewest || !isDumped
      ? { promise: 'rpo', status: 'skip', observed: `${age}; ${unjudged(record, rpo)}` }
      : { promise: 'rpo', status: within(lossOf(record), rpo), observed: `${age} (target ${rpo})` },
  ];
}

const within = (seconds: number, limit: string) => (seconds <= durationSeconds(limit) ? 'pass' : 'fail');

function unjudged({ isNewest }: DrillRecord, rpo: string | undefined): string {
  if (rpo === undefined) return 'the file has no RPO';
  return isNewest ? 'PostgreSQL is not restored from sets' : 'a newer set exists';
}
