import type { DatabaseUse, RefusedCommand } from './facts.ts';
import { RedisError, type RedisSession } from './session.ts';

/** Inputs of the trial: `key` holds a string written by the probe, and `nonce` occurs nowhere else. */
export interface RightsProbe {
  readonly use: DatabaseUse;
  readonly number: number;
  readonly key: string;
  readonly nonce: string;
}

type Words = readonly [command: string, ...words: readonly (string | number)[]];

interface Need {
  readonly usedBy: string;
  readonly commands: readonly Words[];
  /** Subscribes to a channel; unsubscribed afterwards. */
  readonly listens?: Words;
}

const LOCKS: readonly Words[] = [
  ['EVAL', 'return 1', 0],
  ['EVALSHA', '0'.repeat(40), 0],
  ['SCRIPT', 'LOAD', 'return 1'],
  ['MULTI'],
  ['EXEC'],
];

/**
 * The commands to try for a database. None changes anything beyond the probe's key: commands of lists, sets and hashes
 * fail on a key that holds a string, and under names that Dify uses only fields that do not exist are removed. Redis
 * checks rights before types. Sources: kombu's Redis transport and Celery's result backend (5.4), redis-py's Lock,
 * Dify's rate limits and event bus, the plugin daemon's go-redis.
 */
function needsOf({ use, number, key, nonce }: RightsProbe): readonly Need[] {
  const common: Need = {
    usedBy: 'every component',
    commands: [
      ['EXISTS', key],
      ['EXPIRE', key, 60],
      ['TTL', key],
    ],
  };
  if (use === 'agent') return [common];
  if (use === 'cache') {
    const commands: readonly Words[] = [
      ['SETEX', key, 60, nonce],
      ['SETNX', key, nonce],
      ['INCR', key],
      ['HSET', key, 'field', nonce],
      ['ZADD', key, 1, nonce],
      ['ZCARD', key],
      ['ZREMRANGEBYSCORE', key, 0, 0],
      ['HDEL', 'db_upgrade_lock', nonce],
      ['LPUSH', key, nonce],
      ['RPOP', key],
      ...LOCKS,
      ['PUBLISH', key, nonce],
    ];
    const daemon: readonly Words[] = [
      ['SCAN', 0, 'MATCH', key, 'COUNT', 1],
      ['HGET', key, 'field'],
      ['HSCAN', key, 0],
      ['HDEL', `plugin_daemon:${nonce}`, nonce],
    ];
    return [
      common,
      { usedBy: 'api and worker (locks, limits, event streams)', commands, listens: ['SUBSCRIBE', key] },
      { usedBy: 'the plugin daemon', commands: daemon },
    ];
  }
  const commands: readonly Words[] = [
    ['LPUSH', key, nonce],
    ['BRPOP', key, 1],
    ['RPOP', key],
    ['LLEN', key],
    ['SADD', key, nonce],
    ['SMEMBERS', key],
    ['HSET', key, 'field', nonce],
    ['HGET', key, 'field'],
    ['ZADD', key, 1, nonce],
    ['ZREVRANGEBYSCORE', key, 0, 0],
    ['ZREM', 'unacked_index', nonce],
    ['HDEL', 'unacked', nonce],
    ['HDEL', 'dataset', nonce],
    ['SREM', '_kombu.binding.dataset', nonce],
    ['SETEX', key, 60, nonce],
    ...LOCKS,
    ['PUBLISH', key, nonce],
  ];
  return [common, { usedBy: 'Celery', commands, listens: ['PSUBSCRIBE', `/${number}.celery.pidbox`] }];
}

/**
 * Returns the commands of Dify that this user may not send or that the server does not know. Throws ProbeError if no
 * answer comes.
 */
export async function refusedCommands(session: RedisSession, probe: RightsProbe): Promise<readonly RefusedCommand[]> {
  const refused: RefusedCommand[] = [];
  const ask = async (words: Words, usedBy: string): Promise<boolean> => {
    const code = await refusal(session, words);
    if (code !== undefined) refused.push({ command: nameOf(words, probe), usedBy, code });
    return code === undefined;
  };
  for (const { usedBy, commands, listens } of needsOf(probe)) {
    await Promise.all(commands.map((words) => ask(words, usedBy)));
    if (listens !== undefined && (await ask(listens, usedBy))) {
      await session.call(listens[0] === 'SUBSCRIBE' ? 'UNSUBSCRIBE' : 'PUNSUBSCRIBE');
    }
  }
  return refused;
}

/** Command with its key or channel, unless that is the probe's own: `HDEL unacked`, `HSET`. */
function nameOf([command, first]: Words, { key, nonce }: RightsProbe): string {
  const isOwn = typeof first !== 'string' || first === key || first.includes(nonce) || command.startsWith('EVAL');
  return isOwn ? command : `${command} ${first}`;
}

async function refusal(session: RedisSession, [command, ...words]: Words): Promise<string | undefined> {
  try {
    await session.call(command, ...words);
    return undefined;
  } catch (error) {
    if (!(error instanceof RedisError)) throw error;
    return error.code === 'NOPERM' || error.message.startsWith('ERR unknown command') ? error.code : undefined;
  }
}
