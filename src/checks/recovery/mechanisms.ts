import { span } from '../../base/duration.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { BACKUPS } from '../../evidence/recovery/backups.ts';
import { ageOf, type BackupSetFact, newestSet } from '../../recovery/backup-facts.ts';
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
export const lossEvidence: Check['requires'] = [...evidenceOf('archive', 'standby', 'versions'), BACKUPS];

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
    const set = setOf(context, loss, deployment);
    if (set !== undefined) return lossWithSet(loss, set, context.now);
    if (by === undefined || (by !== 'measurement' && isObserved(context, by))) return loss;
    const see = by === 'measurement' ? 'recovery.measured' : observingCheck(context, by);
    return see === undefined ? { ...loss, declared: true } : { ...loss, see };
  });
}

/** The newest set, if PostgreSQL is restored from sets. Undefined without evidence of one. */
export function newestSeenSet(context: JudgeContext): BackupSetFact | undefined {
  if ((context.deployment?.recovery?.postgres?.method ?? 'dump') !== 'dump') return undefined;
  const facts = context.optionalEvidence(BACKUPS)?.data;
  return facts === undefined ? undefined : newestSet(facts);
}

/** The set that is the copy of a store which the plan only declares. Undefined if difyctl sees no such copy. */
function setOf(context: JudgeContext, { store, declared }: Loss, { recovery }: Deployment): BackupSetFact | undefined {
  if (declared !== true || (store === 'postgres' && recovery?.postgres?.method !== 'dump')) return undefined;
  const facts = context.optionalEvidence(BACKUPS)?.data;
  const set = facts === undefined ? undefined : newestSet(facts);
  const part = { postgres: 'postgres-main', objectStorage: 'objects', vectorStore: 'vectors' }[store];
  return set?.copied.includes(part) === true ? set : undefined;
}

/** The loss with sets that were seen: the interval and the duration of one, or the age of the newest if it is older. */
function lossWithSet({ store, seconds = 0, open, how }: Loss, set: BackupSetFact, now: Date): Loss {
  const age = ageOf(set, now);
  const planned = seconds + (open === true ? set.seconds : 0);
  const seen = `the newest set is ${span(age)} old`;
  if (age > planned) return { store, seconds: age, how: seen };
  const sum = open === true ? `${how} (${span(set.seconds)})` : how;
  return { store, seconds: planned, how: `${sum}; ${seen}` };
}
