import { durationSeconds, formatDuration } from '../base/duration.ts';
import { rebuildDuration } from './durations.ts';
import { DUMP_FROM_RPO_SECONDS, POINT_IN_TIME, REBUILD_SECONDS, SYNCHRONOUS_STANDBY } from './figures.ts';
import { SHORTEST_INTERVAL, usualInterval } from './intervals.ts';
import type { Implication, RecoveryNeeds } from './needs.ts';

/**
 * If the RPO is shorter than an archive or snapshots allow, a mistake costs more than a lost machine: the file declares
 * a separate RPO for corruption, so that it promises nothing that no mechanism keeps.
 */
export function corruptionPlan(needs: RecoveryNeeds): readonly Implication[] {
  if (needs.postgres === 'bundled') return [];
  const saves = savesVectors(needs);
  if (needs.rpo > POINT_IN_TIME.rpo || (needs.rpo === POINT_IN_TIME.rpo && !saves)) return [];
  const { value, reason } = saves
    ? { value: SNAPSHOT_RPO_SECONDS, reason: 'vectors are restored from their last snapshot' }
    : { value: POINT_IN_TIME.rpo, reason: 'a standby repeats every mistake: the archived WAL undoes it' };
  return [{ path: 'recovery.corruptionRpo', value: formatDuration(value), reason }];
}

/** Seconds. Snapshots at the shortest usual interval, and as long again to make one. */
const SNAPSHOT_RPO_SECONDS = 2 * durationSeconds(SHORTEST_INTERVAL);

/** How PostgreSQL is backed up. A mistake needs a backup, a lost machine a standby; a plan needs both. */
export function postgresPlan(needs: RecoveryNeeds): readonly Implication[] {
  const retention = {
    path: 'recovery.postgres.retention',
    value: needs.tier === 'prod' ? '14d' : '7d',
    reason: 'a mistake is often noticed only after a week of holidays',
  };
  return [...postgresMethod(needs), retention];
}

function postgresMethod(needs: RecoveryNeeds): readonly Implication[] {
  const method = (value: string, reason: string): Implication => ({ path: 'recovery.postgres.method', value, reason });
  const interval = (value: string, reason: string): Implication => ({
    path: 'recovery.postgres.interval',
    value,
    reason,
  });
  if (needs.postgres === 'bundled' || needs.rpo >= DUMP_FROM_RPO_SECONDS) {
    return [
      method(
        'dump',
        needs.postgres === 'bundled' ? 'a bundled PostgreSQL has no WAL archive' : 'a daily RPO allows it',
      ),
      interval(
        usualInterval(needs.rpo / 2),
        'a dump loses its interval and its own duration, so the interval is half of the RPO',
      ),
    ];
  }
  const shipped = formatDuration(POINT_IN_TIME.rpo);
  if (needs.rpo < POINT_IN_TIME.rpo) {
    return [
      method(
        'replica',
        `point-in-time recovery alone loses up to ${shipped}; ${SYNCHRONOUS_STANDBY.mechanism} loses nothing on a lost machine`,
      ),
      interval(shipped, `the WAL is archived beside the standby: after a mistake, up to ${shipped} of work is lost`),
    ];
  }
  return [
    method('pitr', `it loses up to ${shipped}; a dump loses its whole interval`),
    interval(shipped, 'how often managed services archive the WAL'),
  ];
}

/**
 * Redis holds the queue and the cache. It may lose running jobs, never stored work, so it does not count for the RPO.
 */
export function redisPlan(needs: RecoveryNeeds): readonly Implication[] {
  return [
    needs.tier === 'prod'
      ? { path: 'recovery.redis.persistence', value: 'aof', reason: 'a restart loses at most a second of queued jobs' }
      : {
          path: 'recovery.redis.persistence',
          value: 'rdb',
          reason: 'a restart may lose queued jobs, never stored work',
        },
  ];
}

/** Files must be restored to the same moment as the database; else its rows point to files that do not exist. */
export function filesPlan(needs: RecoveryNeeds): readonly Implication[] {
  if (needs.localFiles) {
    return [
      { path: 'recovery.objectStorage.versioning', value: false, reason: 'a local volume keeps no old versions' },
      { path: 'recovery.objectStorage.replication', value: 'none', reason: 'a local volume has no copy elsewhere' },
      {
        path: 'recovery.objectStorage.interval',
        value: usualInterval(needs.rpo / 2),
        reason: 'a copy loses its interval and its own duration, so the interval is half of the RPO, as for PostgreSQL',
      },
    ];
  }
  return [
    {
      path: 'recovery.objectStorage.versioning',
      value: true,
      reason: 'files of a versioned bucket can be restored to the point in time of PostgreSQL',
    },
    needs.region === 'single'
      ? { path: 'recovery.objectStorage.replication', value: 'none', reason: 'buckets span zones by themselves' }
      : {
          path: 'recovery.objectStorage.replication',
          value: 'cross-region',
          reason: 'the other region needs the files',
        },
  ];
}

/** Vectors can be computed again from PostgreSQL and the files, which costs time (RTO) and money, but no data (RPO). */
export function vectorsPlan(needs: RecoveryNeeds): readonly Implication[] {
  const strategy = (value: string, reason: string): Implication => ({
    path: 'recovery.vectorStore.strategy',
    value,
    reason,
  });
  const snapshots = {
    path: 'recovery.vectorStore.interval',
    value: usualInterval(needs.rpo / 2),
    reason: 'a snapshot loses its interval and its own duration, so the interval is half of the RPO',
  };
  if (!savesVectors(needs))
    return [strategy('rebuild', 'vectors are computed again from PostgreSQL: measure how long this takes')];
  const why =
    needs.rto < rebuildSeconds(needs)
      ? `embedding everything again may take longer than ${formatDuration(needs.rto)}`
      : 'a single copy is acceptable only with backups';
  return [strategy('snapshot', why), snapshots];
}

function savesVectors(needs: RecoveryNeeds): boolean {
  return (needs.vectorStore === 'bundled' && needs.tier === 'prod') || needs.rto < rebuildSeconds(needs);
}

/** Estimated seconds to embed everything again. */
function rebuildSeconds({ documents }: RecoveryNeeds): number {
  return documents === undefined ? REBUILD_SECONDS : rebuildDuration(documents).seconds;
}
