import { formatDuration } from '../base/duration.ts';
import { FAILOVER_SECONDS, FASTEST_RESTORE_SECONDS, POINT_IN_TIME, SYNCHRONOUS_STANDBY } from './figures.ts';
import type { Implication, RecoveryNeeds } from './needs.ts';
import { availabilityPlan, drillsPlan, topologyPlan, upgradeWindowPlan } from './operations.ts';
import { corruptionPlan, filesPlan, postgresPlan, redisPlan, vectorsPlan } from './stores.ts';

/** Everything that an RTO and an RPO imply, in the order of the file. */
export function impliedPlan(needs: RecoveryNeeds): readonly Implication[] {
  return [
    ...corruptionPlan(needs),
    ...availabilityPlan(needs),
    ...upgradeWindowPlan(needs),
    ...postgresPlan(needs),
    ...redisPlan(needs),
    ...filesPlan(needs),
    ...vectorsPlan(needs),
    ...drillsPlan(needs),
    ...topologyPlan(needs),
  ];
}

/** What no plan can achieve of this RTO and RPO, each a sentence; empty if there is nothing. */
export function unmetPromises(needs: RecoveryNeeds): readonly string[] {
  const notes: string[] = [];
  if (needs.rpo < POINT_IN_TIME.rpo) {
    notes.push(
      `An RPO of ${formatDuration(needs.rpo)} holds for a lost machine (${SYNCHRONOUS_STANDBY.mechanism}); ` +
        `after a mistake, up to ${formatDuration(POINT_IN_TIME.rpo)} of work is lost.`,
    );
  }
  if (needs.rto < FAILOVER_SECONDS) {
    notes.push(
      `An RTO of ${formatDuration(needs.rto)} is shorter than the failover of managed PostgreSQL (up to ${formatDuration(FAILOVER_SECONDS)}).`,
    );
  } else if (needs.rto < FASTEST_RESTORE_SECONDS) {
    notes.push(
      `An RTO of ${formatDuration(needs.rto)} holds for a failover; a restore takes ${formatDuration(FASTEST_RESTORE_SECONDS)} or longer, depending on size. Measure it.`,
    );
  }
  return notes;
}
