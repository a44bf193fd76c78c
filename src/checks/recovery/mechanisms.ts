import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { Disaster, Loss, Standby } from '../../recovery/losses.ts';
import { lossesIn } from '../../recovery/losses.ts';
import type { Check, JudgeContext } from '../check.ts';
import { clusterZones } from '../cluster/zones.ts';
import { storageVersioning } from '../object-storage/protection.ts';
import { postgresArchiving } from '../postgres/archiving.ts';
import { postgresReplication } from '../postgres/replication.ts';
import { redisPersistence } from '../redis/persistence.ts';
import { redisReplication } from '../redis/replication.ts';

/**
 * Mechanisms that a plan relies on, and the check that observes each. That check reports what is wrong; here only its
 * pass counts.
 */
const OBSERVED_BY = {
  archive: postgresArchiving,
  standby: postgresReplication,
  versions: storageVersioning,
  zones: clusterZones,
  redisCopy: redisReplication,
  redisFiles: redisPersistence,
} as const satisfies Readonly<Record<string, Check>>;

type Mechanism = keyof typeof OBSERVED_BY;

/** The evidence that these mechanisms need, for `optional`. */
export function evidenceOf(...sights: readonly Mechanism[]): Check['requires'] {
  return [
    ...new Set(sights.flatMap((sight) => [...OBSERVED_BY[sight].requires, ...(OBSERVED_BY[sight].optional ?? [])])),
  ];
}

/** True if the observing check applies, had its evidence and passes. */
export function isObserved(context: JudgeContext, sight: Mechanism): boolean {
  const check: Check = OBSERVED_BY[sight];
  if (observingCheck(context, sight) === undefined) return false;
  if (check.requires.some((key) => context.optionalEvidence(key)?.outcome !== 'ok')) return false;
  return check.judge(context).status === 'pass';
}

/** The id of the check that observes the mechanism; undefined if that check does not apply to this deployment. */
export function observingCheck({ deployment, tier }: JudgeContext, sight: Mechanism): string | undefined {
  const check: Check = OBSERVED_BY[sight];
  return (check.when?.(deployment, tier) ?? true) === true ? check.id : undefined;
}

/** The check that reports why the mechanism was not seen; empty if it was. */
export function unobserved(context: JudgeContext, sight: Mechanism): readonly string[] {
  return isObserved(context, sight) ? [] : [OBSERVED_BY[sight].id];
}

/** The checks that report why a failover that a managed service declares was not seen. */
export function unobservedFailovers(context: JudgeContext, { postgres, redis }: Deployment): readonly string[] {
  return [
    ...(postgres.mode === 'external' && postgres.managed?.ha === true ? unobserved(context, 'standby') : []),
    ...(redis.mode === 'external' && redis.managed?.ha === true ? unobserved(context, 'redisCopy') : []),
  ];
}

/** The evidence that `observedLosses` uses. */
export const lossEvidence = evidenceOf('archive', 'standby', 'versions');

/**
 * What each store loses, and for each figure whether its mechanism was seen. A measured figure is only declared, so its
 * `see` is recovery.measured.
 */
export function observedLosses(
  context: JudgeContext,
  disaster: Disaster,
  deployment: Deployment,
  standby: Standby,
): readonly Loss[] {
  return lossesIn(disaster, deployment, standby).map((loss) => {
    const { by } = loss;
    if (by === undefined || (by !== 'measurement' && isObserved(context, by))) return loss;
    const see = by === 'measurement' ? 'recovery.measured' : observingCheck(context, by);
    return see === undefined ? { ...loss, declared: true } : { ...loss, see };
  });
}
