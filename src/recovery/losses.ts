import { durationSeconds, span } from '../base/duration.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { Recovery } from '../deployment/schema/recovery.ts';
import { CROSS_REGION_COPY, POINT_IN_TIME } from './figures.ts';

/** What may go wrong. Each needs its own answer: a copy answers a lost machine or region, but repeats every mistake. */
export type Disaster = 'machine' | 'corruption' | 'region';

/** What is known about a standby of PostgreSQL. */
export type Standby = 'synchronous' | 'declared' | 'asynchronous' | 'none' | 'unseen';

/** A mechanism of a plan: the archived log, a standby, old versions of objects, or a figure that was measured once. */
type Means = 'archive' | 'standby' | 'versions' | 'measurement';

/** How much work one store may lose. */
export interface Loss {
  readonly store: 'postgres' | 'objectStorage' | 'vectorStore';
  /** Undefined if nothing restores the store. */
  readonly seconds: number | undefined;
  /** True if the duration of the backup is not declared. The loss is longer by that duration. */
  readonly open?: true;
  /** True if difyctl neither makes nor sees what restores the store. */
  readonly declared?: true;
  /** The mechanism behind this figure, which evidence may show; absent if there is none. */
  readonly by?: Means;
  /** The id of the check that reports why the mechanism was not seen; absent if it was. */
  readonly see?: string;
  /** The arithmetic, or why there is none. */
  readonly how: string;
}

/** What each planned store loses in a disaster. A store that the plan does not name has no entry. */
export function lossesIn(disaster: Disaster, deployment: Deployment, standby: Standby): readonly Loss[] {
  const { recovery } = deployment;
  if (recovery === undefined) return [];
  return [
    ...(recovery.postgres === undefined ? [] : [postgresLoss(disaster, deployment, recovery.postgres, standby)]),
    ...(recovery.objectStorage === undefined ? [] : [filesLoss(disaster, deployment, recovery.objectStorage)]),
    ...(recovery.vectorStore === undefined ? [] : [vectorsLoss(disaster, deployment, recovery.vectorStore)]),
  ];
}

/** The largest of these losses, in seconds; undefined if one store cannot be restored. */
export function worstLoss(losses: readonly Loss[]): number | undefined {
  if (losses.some(({ seconds }) => seconds === undefined)) return undefined;
  return Math.max(0, ...losses.map(({ seconds }) => seconds ?? 0));
}

/**
 * True if the store may lose more than `promised` seconds. An `open` loss must be shorter, to leave time for the
 * backup.
 */
export function exceeds({ seconds, open }: Loss, promised: number): boolean {
  return seconds === undefined || (open === true ? seconds >= promised : seconds > promised);
}

type Plan<K extends keyof Recovery> = NonNullable<Recovery[K]>;

function postgresLoss(
  disaster: Disaster,
  { postgres, recovery }: Deployment,
  plan: Plan<'postgres'>,
  standby: Standby,
): Loss {
  const store = 'postgres';
  if (disaster === 'machine' && standby === 'synchronous')
    return { store, seconds: 0, how: 'a synchronous standby, observed' };
  if (disaster === 'machine' && standby === 'declared')
    return { store, seconds: 0, by: 'standby', how: 'a standby, as postgres.managed.ha declares' };
  const managed = postgres.mode === 'external' ? postgres.managed : undefined;
  if (managed?.backups === false) return { store, seconds: undefined, how: 'postgres.managed.backups is false' };
  const kept = plan.retention === undefined ? undefined : durationSeconds(plan.retention);
  const interval = plan.interval === undefined ? undefined : durationSeconds(plan.interval);
  if (kept !== undefined && (kept === 0 || kept < (interval ?? 0)))
    return { store, seconds: undefined, how: `backups are kept for ${plan.retention}, less than one interval` };
  if (plan.method === 'dump' || plan.method === 'snapshot') return { store, ...scheduled(plan.method, plan) };
  const measured = recovery?.measured?.loss;
  if (measured !== undefined && disaster === 'corruption')
    return {
      store,
      seconds: durationSeconds(measured),
      by: 'measurement',
      how: `measured on ${recovery?.measured?.at}`,
    };
  return { store, ...archived(plan.method, interval, managed !== undefined) };
}

/**
 * The loss with an archived log: what was not shipped yet. Managed services ship at their own rate, whatever the file
 * says.
 */
function archived(method: 'pitr' | 'replica', interval: number | undefined, managed: boolean): Omit<Loss, 'store'> {
  const how = method === 'pitr' ? 'pitr' : 'restored from the archive beside the replica';
  if (managed && method === 'pitr' && (interval ?? 0) < POINT_IN_TIME.rpo) {
    const pace = `WAL archived every ${span(POINT_IN_TIME.rpo)} by the service`;
    return { seconds: POINT_IN_TIME.rpo, by: 'archive', how: `${how}, ${pace}` };
  }
  if (interval !== undefined)
    return { seconds: interval, by: 'archive', how: `${how}, WAL archived every ${span(interval)}` };
  return {
    seconds: undefined,
    how: method === 'pitr' ? 'pitr without an interval' : 'a replica without backups repeats every mistake',
  };
}

/** The loss with scheduled copies: what came after the last copy, and while it was made. */
function scheduled(
  name: string,
  { interval, duration }: { readonly interval?: string | undefined; readonly duration?: string | undefined },
): Omit<Loss, 'store'> {
  if (interval === undefined) return { seconds: undefined, how: `${name} without an interval` };
  const every = durationSeconds(interval);
  if (duration === undefined)
    return { seconds: every, open: true, declared: true, how: `${name} every ${span(every)}, plus its duration` };
  const seconds = every + durationSeconds(duration);
  return {
    seconds,
    declared: true,
    how: `${name} every ${span(every)} + ${span(durationSeconds(duration))} = ${span(seconds)}`,
  };
}

function filesLoss(disaster: Disaster, { objectStorage }: Deployment, plan: Plan<'objectStorage'>): Loss {
  const store = 'objectStorage';
  if (disaster === 'region') {
    if (plan.replication !== 'cross-region') return { store, seconds: undefined, how: 'no copy in another region' };
    const { rpo } = CROSS_REGION_COPY;
    return { store, seconds: rpo, how: `copied to the other region within ${span(rpo)}` };
  }
  if (plan.versioning) return { store, seconds: 0, by: 'versions', how: 'versioned' };
  if (plan.interval !== undefined && (disaster === 'corruption' || objectStorage.provider === 'local'))
    return { store, ...scheduled('copy', plan) };
  const copied = plan.replication !== 'none';
  if (disaster === 'machine') {
    if (objectStorage.provider !== 'local')
      return { store, seconds: 0, how: 'the service stores it on several machines' };
    return copied
      ? { store, seconds: 0, how: `copied ${plan.replication}` }
      : { store, seconds: undefined, how: 'one volume, neither versioned nor replicated' };
  }
  return {
    store,
    seconds: undefined,
    how: copied ? 'replicated, not versioned: a copy repeats every mistake' : 'neither versioned nor replicated',
  };
}

/** Rebuilt vectors come from PostgreSQL and the files, so they lose what those lose. */
function vectorsLoss(disaster: Disaster, { vectorStore }: Deployment, plan: Plan<'vectorStore'>): Loss {
  const store = 'vectorStore';
  if (plan.strategy === 'rebuild') return { store, seconds: 0, how: 'embedded again from PostgreSQL' };
  // A bundled store is restored from its snapshots. The vector-store checks judge how many copies an external store
  // has.
  if (disaster === 'machine' && vectorStore.mode === 'external') return { store, seconds: 0, how: 'external' };
  return { store, ...scheduled('snapshot', plan) };
}
