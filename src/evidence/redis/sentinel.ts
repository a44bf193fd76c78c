import type { SentinelRedis } from '../../deployment/schema/redis.ts';
import { faultOf, ProbeError } from '../../net/probe-error.ts';
import { addressOf, type ConnectOptions, connect, logIn, type RedisTarget } from './connect.ts';
import type { CandidateFact, SentinelFact } from './facts.ts';
import { RedisError, type RedisSession } from './session.ts';

/** Asks one sentinel about the master; never throws. `target` has the sentinels' own user and password. */
export async function askSentinel(
  target: RedisTarget,
  master: SentinelRedis['sentinel']['master'],
  options: ConnectOptions,
): Promise<SentinelFact> {
  let fact: SentinelFact = { address: addressOf(target), otherMasters: [], flags: [], downSentinels: [] };
  let session: RedisSession | undefined;
  try {
    session = await connect(target, options);
    if (target.username !== undefined && target.password !== undefined) {
      fact = { ...fact, passwordAlone: await takesPasswordAlone(session, target.password) };
    }
    await logIn(session, target);
    return { ...fact, ...(await factsOf(session, master)) };
  } catch (error) {
    return { ...fact, fault: sentinelFault(error) };
  } finally {
    session?.close();
  }
}

async function takesPasswordAlone(session: RedisSession, password: string): Promise<boolean> {
  try {
    await session.call('AUTH', password);
    return true;
  } catch (error) {
    if (error instanceof RedisError) return false;
    throw error;
  }
}

async function factsOf(session: RedisSession, master: string): Promise<Partial<SentinelFact>> {
  const masters = recordsOf(await session.call('SENTINEL', 'MASTERS'));
  const found = masters.find(({ name }) => name === master);
  if (found === undefined) return { otherMasters: masters.map(({ name }) => name ?? '').filter((name) => name !== '') };
  const peers = recordsOf(await session.call('SENTINEL', 'SENTINELS', master));
  const replicas = await session.call('SENTINEL', 'REPLICAS', master).then(recordsOf, unlessSilent);
  const info = await session.call('INFO', 'sentinel').then(String, unlessSilent);
  const number = (name: string) => Number(found[name] ?? 0);
  return {
    master: addressOf({ host: found.ip ?? '', port: number('port') }),
    flags: (found.flags ?? '').split(','),
    quorum: number('quorum'),
    sentinels: number('num-other-sentinels') + 1,
    replicas: number('num-slaves'),
    downAfterMs: number('down-after-milliseconds'),
    failoverTimeoutMs: number('failover-timeout'),
    ...(replicas === undefined ? {} : { candidates: replicas.map(candidateOf) }),
    ...(info !== undefined && /^sentinel_tilt:1\r?$/m.test(info) ? { isTilted: true } : {}),
    downSentinels: peers
      .filter(({ flags }) => /(^|,)[so]_down(,|$)/.test(flags ?? ''))
      .map(({ ip, port }) => addressOf({ host: ip ?? '', port: Number(port) })),
  };
}

/** Undefined for a refusal. Rethrows any other error. */
function unlessSilent(error: unknown): undefined {
  if (error instanceof RedisError) return undefined;
  throw error;
}

function candidateOf({ ip, port, flags = '', ...record }: Readonly<Partial<Record<string, string>>>): CandidateFact {
  return {
    address: addressOf({ host: ip ?? '', port: Number(port) }),
    isUp: !/(^|,)([so]_down|disconnected)(,|$)/.test(flags),
    priority: Number(record['slave-priority'] ?? 100),
  };
}

/** `[[name, mymaster, ip, 10.0.0.1, …], …]`. */
function recordsOf(answer: unknown): readonly Readonly<Partial<Record<string, string>>>[] {
  if (!Array.isArray(answer)) return [];
  return answer.map((flat: unknown) => {
    const words = Array.isArray(flat) ? flat.map(String) : [];
    return Object.fromEntries(
      words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? '']] : [])),
    );
  });
}

function sentinelFault(error: unknown) {
  if (!(error instanceof RedisError)) return faultOf(error, 'use');
  const { code, message } = error;
  if (code === 'NOPERM')
    return new ProbeError('login', code, 'accepts the login of this user, who needs +sentinel').fact;
  if (/unknown command/i.test(message))
    return new ProbeError('use', 'NOSENTINEL', 'is a Redis server, not a sentinel').fact;
  return new ProbeError('use', code, `refuses to list the masters that it watches (${code})`).fact;
}
