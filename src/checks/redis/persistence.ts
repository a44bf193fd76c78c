import type { RedisServerFact } from '../../evidence/redis/facts.ts';
import { REDIS } from '../../evidence/redis/facts.ts';
import type { RedisInfo } from '../../evidence/redis/info.ts';
import type { Check } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { declaredOnly, notReached } from '../services/probed.ts';
import { errorInProdElseWarning } from '../when.ts';
import { cliOf, hidden, isJudgement, onExternalRedis, redisContext, serving } from './context.ts';

export const redisPersistence: Check = {
  id: 'redis.persistence',
  title: 'Redis keeps its data on disk as the recovery plan says',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onExternalRedis,
  requires: [REDIS],
  remedy: 'CONFIG SET appendonly yes, or a `save` schedule; the same in redis.conf',
  judge: (context) => {
    const found = redisContext(context);
    const seen = serving(found);
    if (isJudgement(seen)) return seen;
    const { server, info } = seen;
    const cli = cliOf(server.address);
    if (server.databases.some((one) => one.fault?.code === 'MISCONF')) return notReached('redis.writes');
    const broken = brokenWrites(info);
    if (broken !== undefined) {
      const remedy = `${cli} INFO persistence, and check the log of Redis for a full disk or a folder that it cannot write to`;
      return finding('fail', { observed: broken, expected: 'the last write to disk succeeded', remedy });
    }
    const planned = found.deployment.recovery?.redis?.persistence ?? 'none';
    const kept = keptBy(server, info, context.now);
    if (planned === 'none')
      return pass(`${kept}; the recovery plan requires no persistence`, 'no persistence is planned');
    const expected = planned === 'aof' ? 'an append-only file' : 'saves to disk, or an append-only file';
    if (kept === 'append-only file' || (planned === 'rdb' && kept === 'saves')) return pass(kept, expected);
    if (found.redis.managed !== undefined) {
      return declaredOnly(`persistence of Redis (${planned})`, `check the backups of ${found.redis.managed.by}`);
    }
    if (kept === 'not observed')
      return hidden(found, expected, `${cli} ACL SETUSER ${found.redis.username ?? 'default'} '+config|get'`);
    const remedy =
      planned === 'aof'
        ? `${cli} CONFIG SET appendonly yes, then CONFIG REWRITE`
        : `${cli} CONFIG SET save '3600 1 300 100 60 10000', then CONFIG REWRITE`;
    return finding('fail', {
      observed: kept,
      expected,
      message: `${kept}; recovery.redis.persistence is ${planned}`,
      remedy,
    });
  },
};

type Kept = 'append-only file' | 'saves' | 'nothing on disk' | 'not observed';

/** Only CONFIG shows the schedule of saves. If that is refused, a save since the start proves a schedule. */
function keptBy({ settings }: RedisServerFact, info: RedisInfo, now: Date): Kept {
  if (info.isAof === true) return 'append-only file';
  if (settings.save !== undefined) return settings.save === '' ? 'nothing on disk' : 'saves';
  const { rdbSavedAt, uptimeSeconds } = info;
  if (rdbSavedAt === undefined || uptimeSeconds === undefined) return 'not observed';
  const startedAt = now.getTime() / 1_000 - uptimeSeconds;
  return rdbSavedAt > startedAt + CLOCK_SECONDS ? 'saves' : 'not observed';
}

/** Seconds by which the clocks of this machine and of Redis may differ, so that a start is not mistaken for a save. */
const CLOCK_SECONDS = 60;

function brokenWrites({ isAof, aofWriteStatus, aofRewriteStatus, rdbStatus }: RedisInfo): string | undefined {
  if (isAof === true && aofWriteStatus !== undefined && aofWriteStatus !== 'ok')
    return 'the last write to the append-only file failed';
  if (isAof === true && aofRewriteStatus !== undefined && aofRewriteStatus !== 'ok')
    return 'the last rewrite of the append-only file failed, so the file grows without limit';
  return rdbStatus !== undefined && rdbStatus !== 'ok' ? 'the last save to disk failed' : undefined;
}
