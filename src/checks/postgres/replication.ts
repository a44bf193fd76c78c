import { isReceiver, type ReplicationFact, type StandbyFact } from '../../evidence/postgres/replication-facts.ts';
import type { Check, Judgement } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { declaredOnly, notReached } from '../services/probed.ts';
import { error } from '../when.ts';
import { ofPostgres, type PostgresContext, postgresContext, serverIn } from './context.ts';
import { shownBy } from './managed.ts';
import { blockedCommits } from './synchronous.ts';

/** Bytes of log. A standby that is further behind cannot help soon. 64 segments of 16 MiB. */
const FAR_BEHIND = 1 << 30;

export const postgresReplication: Check = {
  ...ofPostgres,
  id: 'postgres.replication',
  title: 'PostgreSQL has a standby, and no commit waits for a missing standby',
  severity: error,
  remedy: 'attach a streaming standby, or use a managed service with a standby and set postgres.managed.ha',
  judge: (context) => {
    const seen = postgresContext(context);
    const server = serverIn(seen);
    if ('status' in server) return server;
    if (server.isInRecovery) return notReached('postgres.primary');
    const { replication } = server;
    if (replication === undefined) return alone(seen, 'the state of replication is not visible to this role');
    const blocked = blockedCommits(
      replication,
      seen.facts.entries.map(({ session }) => session?.commit),
    );
    if (blocked !== undefined) return blocked;
    const standbys = replication.standbys.filter((standby) => !isReceiver(standby));
    if (standbys.length === 0) return alone(seen, 'no standby is connected');
    return judgeStandbys(seen, replication, standbys);
  },
};

/**
 * Judges a server without a standby. Prod does not accept one, unless a managed service is responsible for the
 * failover.
 */
function alone({ deployment, postgres, facts }: PostgresContext, observed: string): Judgement {
  const expected = 'a standby that streams';
  const { managed } = postgres;
  const { vendor } = facts;
  if (vendor?.hasStandby === true)
    return pass(`${managed?.by} has a standby, according to ${vendor.program}`, expected);
  if (vendor?.hasStandby === false && managed?.ha === true) {
    return finding('fail', {
      observed: `postgres.managed.ha is true, but there is no standby, according to ${vendor.program}`,
      expected,
      remedy: `enable failover of ${managed.by}. To verify: ${shownBy(managed.by, 'standby')}`,
    });
  }
  if (managed?.ha === true) return declaredOnly(`the standby of ${managed.by}`, shownBy(managed.by, 'standby'));
  if (deployment.tier === 'test') return pass(`${observed}; not required in test`, expected);
  if (managed !== undefined) {
    return finding('warn', {
      observed: `${observed}, and postgres.managed.ha is not set`,
      expected,
      remedy: `enable failover of ${managed.by}, then set postgres.managed.ha to true`,
    });
  }
  return finding('fail', {
    observed,
    expected,
    message: `${observed}: if this server fails, Dify is down until a restore is complete`,
  });
}

function judgeStandbys(
  seen: PostgresContext,
  { isShown }: ReplicationFact,
  standbys: readonly StandbyFact[],
): Judgement {
  const expected = 'a standby that streams and keeps up';
  const observed = listed(standbys.map(words));
  // Without pg_monitor the standbys are listed, but not their state.
  if (!isShown || standbys.every(({ state }) => state === undefined))
    return pass(`${observed} (state not visible to this role)`, expected);
  const streaming = standbys.filter(({ state }) => state === 'streaming');
  const grave = seen.deployment.tier === 'prod' && seen.postgres.managed === undefined ? 'fail' : 'warn';
  if (streaming.length === 0) {
    return finding(grave, {
      observed: `no standby streams: ${observed}`,
      expected,
      remedy: 'check the log of the standby: it is catching up, or its connection or its WAL is broken',
    });
  }
  const idle = streaming.filter(({ isReplaying }) => isReplaying === false);
  if (idle.length === streaming.length) {
    return finding('warn', {
      observed: `WAL is received but not replayed: ${observed}`,
      expected,
      message: `WAL is received but was not replayed during the probe: ${observed}; a failover has to wait until all of it is replayed`,
      remedy:
        'on the standby: SELECT pg_is_wal_replay_paused(), and check recovery_min_apply_delay and long queries there; SELECT pg_wal_replay_resume() resumes the replay',
    });
  }
  const behind = streaming.filter(({ lagBytes = 0 }) => lagBytes > FAR_BEHIND);
  if (behind.length === streaming.length) {
    return finding('warn', {
      observed: `far behind: ${observed}`,
      expected,
      remedy: 'SELECT * FROM pg_stat_replication;',
    });
  }
  return pass(observed, expected);
}

function words({ name, state, sync, lagBytes }: StandbyFact): string {
  const lag =
    lagBytes === undefined ? [] : [lagBytes < 1 << 20 ? 'no lag' : `${Math.round(lagBytes / (1 << 20))} MiB behind`];
  const said = [state, sync, ...lag].filter((one) => one !== undefined);
  return said.length === 0 ? name : `${name} (${said.join(', ')})`;
}
