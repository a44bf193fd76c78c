import type { DatabaseFact, RedisServerFact } from '../../evidence/redis/facts.ts';
import { REDIS } from '../../evidence/redis/facts.ts';
import type { Check, Judgement, Observation } from '../check.ts';
import { counted, finding, groupBy, listed, pass, some } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { error } from '../when.ts';
import { answering, cliOf, isJudgement, onExternalRedis, type RedisContext, redisContext } from './context.ts';

/** The server if its databases were tried, else a skip that says why not. */
function tried(found: RedisContext): RedisServerFact | Judgement {
  const server = answering(found);
  if (isJudgement(server)) return server;
  const { info } = server;
  if (info?.isCluster === true) return notReached('redis.cluster-mode');
  if (info?.mode === 'sentinel' || info?.role === 'replica') return notReached('redis.role');
  return server;
}

const nameOf = ({ use, number }: DatabaseFact) => `database ${number} (${use})`;

/** Judges the databases; `isAt` selects the failures that this check reports. */
function overDatabases(
  found: RedisContext,
  expected: string,
  good: string,
  isAt: (one: NonNullable<DatabaseFact['fault']>) => boolean,
): Judgement & { readonly faults: readonly DatabaseFact[] } {
  const server = tried(found);
  if (isJudgement(server)) return { ...server, faults: [] };
  const observations: readonly Observation[] = server.databases.map((one) => {
    const isFault = one.fault !== undefined && isAt(one.fault);
    const observed = isFault && one.fault !== undefined ? one.fault.text : good;
    return { subject: nameOf(one), from: found.from, status: isFault ? 'fail' : 'pass', observed, expected };
  });
  const faults = server.databases.filter((one) => one.fault !== undefined && isAt(one.fault));
  if (faults.length === 0)
    return { ...pass(`${listed(server.databases.map(nameOf))}: ${good}`, expected), observations, faults };
  const texts = [...groupBy(faults, (one) => one.fault?.text ?? '')];
  const observed = texts.map(([text, ones]) => `${listed(ones.map(nameOf))} of ${server.address} ${text}`).join('; ');
  return { ...finding('fail', { observed, expected }), observations, faults };
}

/** Failures that other checks report: a cluster, a missing right, a replica. */
const REPORTED_BY_OTHERS = ['CLUSTER', 'CLUSTERDOWN', 'MOVED', 'NOPERM', 'READONLY'];

export const redisDatabases: Check = {
  id: 'redis.databases',
  title: 'Redis has the databases that Dify uses',
  phases: ['preflight'],
  severity: error,
  when: onExternalRedis,
  requires: [REDIS],
  remedy: 'raise `databases` in redis.conf to 16, or set lower numbers in redis.databases',
  judge: (context) => {
    const { faults: _, ...judgement } = overDatabases(
      redisContext(context),
      'SELECT finds each database',
      'there',
      ({ command, code }) => command === 'SELECT' && !REPORTED_BY_OTHERS.includes(code),
    );
    return judgement;
  },
};

const NEXT_STEPS: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'CLIENT UNPAUSE, if writes are paused; otherwise check the log and the disk of Redis',
  MISCONF: 'INFO persistence, and check the log of Redis for a full disk or a folder that it cannot write to',
  OOM: 'INFO memory; raise maxmemory or find out which keys use the memory',
  NOREPLICAS: 'INFO replication; restart the replicas, or lower min-replicas-to-write',
};

export const redisWrites: Check = {
  id: 'redis.writes',
  title: 'Redis accepts a write and returns the value',
  phases: ['preflight'],
  severity: error,
  when: onExternalRedis,
  requires: [REDIS],
  remedy: 'check the log of Redis for the reason',
  judge: (context) => {
    const found = redisContext(context);
    const { faults, ...judgement } = overDatabases(
      found,
      'a key is written, read and removed',
      'a key was written, read and removed',
      ({ command, code }) => command !== 'SELECT' && !REPORTED_BY_OTHERS.includes(code),
    );
    const step = NEXT_STEPS[faults[0]?.fault?.code ?? ''];
    const address = found.evidence.server?.address;
    return step === undefined || address === undefined
      ? judgement
      : { ...judgement, remedy: `${cliOf(address)} ${step}` };
  },
};

export const redisRights: Check = {
  id: 'redis.rights',
  title: 'the Redis user may run every command that Dify uses',
  phases: ['preflight'],
  severity: error,
  when: onExternalRedis,
  requires: [REDIS],
  remedy: 'grant the user all keys, all channels and these commands: ~* &* +@all -@dangerous +info +config|get',
  judge: (context) => {
    const { redis, ...found } = redisContext(context);
    const server = tried({ redis, ...found });
    if (isJudgement(server)) return server;
    const user = redis.username ?? 'default';
    const expected = 'every command, key and channel that Dify uses';
    if (server.refused.length === 0) return pass(`user ${user} may run every command that Dify uses`, expected);
    const commands = [...new Set(server.refused.map(({ command }) => command))];
    const users = [...new Set(server.refused.map(({ usedBy }) => usedBy))];
    const isRenamed = server.refused.every(({ code }) => code !== 'NOPERM');
    const observed = isRenamed
      ? `Redis does not know ${some(commands, 6)}`
      : `user ${user} may not run ${some(commands, 6)} (${counted(commands.length, 'command')})`;
    const remedy = isRenamed
      ? 'remove rename-command for these commands from redis.conf: Dify uses the original names'
      : `${cliOf(server.address)} ACL SETUSER ${user} '~*' '&*' +@all -@dangerous +info '+config|get'`;
    return finding('fail', { observed, expected, message: `${observed}; needed by ${listed(users)}`, remedy });
  },
};
