import { faultOf } from '../../net/probe-error.ts';
import type { CertificateFact } from '../../net/tls.ts';
import { sampleBackends } from './backends.ts';
import { addressOf, type ConnectOptions, connect, logIn, type RedisTarget } from './connect.ts';
import { probeDatabase, type UsedDatabase } from './databases.ts';
import type { DatabaseFact, FailoverCandidateFact, RedisServerFact, RedisSettings, RefusedCommand } from './facts.ts';
import { parseInfo, type RedisInfo } from './info.ts';
import { RedisError, type RedisSession } from './session.ts';

const PINGS = 5;

/** Settings that checks need. */
const SETTINGS = [
  'maxmemory-policy',
  'maxclients',
  'databases',
  'save',
  'min-replicas-to-write',
  'min-replicas-max-lag',
  'timeout',
];

/** Collects the facts of one server; never throws: an error is in the fact. */
export async function askServer(
  target: RedisTarget,
  databases: readonly UsedDatabase[],
  options: Omit<ConnectOptions, 'onCertificate'>,
): Promise<RedisServerFact> {
  let fact: RedisServerFact = { address: addressOf(target), settings: {}, databases: [], refused: [] };
  let session: RedisSession | undefined;
  const onCertificate = (certificate: CertificateFact) => {
    fact = { ...fact, certificate };
  };
  try {
    session = await connect(target, { ...options, onCertificate });
    await logIn(session, target);
    fact = { ...fact, latencyMs: await latency(session) };
    const info = await infoOf(session);
    if (info !== undefined) fact = { ...fact, info };
    if (info !== undefined) fact = { ...fact, backends: await sampleBackends(target, options) };
    // Never write to replicas, clusters or sentinels: their role is the finding.
    if (info?.isCluster === true || info?.mode === 'sentinel' || info?.role === 'replica') return fact;
    fact = { ...fact, settings: await settingsOf(session) };
    return { ...fact, ...(await databasesOf(session, databases)) };
  } catch (error) {
    return { ...fact, fault: faultOf(error, 'use') };
  } finally {
    session?.close();
  }
}

/** Whether Dify could log in to a replica once it is the master; never throws. */
export async function probeCandidate(
  target: RedisTarget,
  options: Omit<ConnectOptions, 'onCertificate'>,
): Promise<FailoverCandidateFact> {
  const address = addressOf(target);
  let session: RedisSession | undefined;
  try {
    session = await connect(target, options);
    await logIn(session, target);
    return { address };
  } catch (error) {
    return { address, fault: faultOf(error, 'use') };
  } finally {
    session?.close();
  }
}

async function latency(session: RedisSession): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < PINGS; count += 1) {
    const started = performance.now();
    await allowed(session, 'PING');
    times.push(performance.now() - started);
  }
  const middle = times.toSorted((a, b) => a - b)[Math.floor(PINGS / 2)] ?? 0;
  return Math.round(middle * 10) / 10;
}

/** Characters of INFO that are parsed; a server with a hundred replicas prints 20,000. */
const INFO_LIMIT = 256 * 1024;

async function infoOf(session: RedisSession): Promise<RedisInfo | undefined> {
  const text = await allowed(session, 'INFO');
  return typeof text === 'string' ? parseInfo(text.slice(0, INFO_LIMIT)) : undefined;
}

async function settingsOf(session: RedisSession): Promise<RedisSettings> {
  const settings: Record<string, string> = {};
  for (const name of SETTINGS) {
    const pair = await allowed(session, 'CONFIG', 'GET', name);
    if (pair === undefined) break;
    if (Array.isArray(pair) && typeof pair[1] === 'string') settings[name] = pair[1];
  }
  return settings;
}

async function databasesOf(
  session: RedisSession,
  databases: readonly UsedDatabase[],
): Promise<{ readonly databases: readonly DatabaseFact[]; readonly refused: readonly RefusedCommand[] }> {
  const facts: DatabaseFact[] = [];
  const refused: RefusedCommand[] = [];
  for (const database of databases) {
    const probed = await probeDatabase(session, database);
    facts.push(probed.fact);
    refused.push(...probed.refused);
    // The connection is broken or still waits for an answer: nothing else is answered on it.
    if (probed.fact.fault?.code === 'ETIMEDOUT' || probed.fact.fault?.code === 'ECONNRESET') break;
  }
  return { databases: facts, refused };
}

/** Returns the answer; undefined if the server refuses the command. Throws ProbeError if no answer comes. */
async function allowed(session: RedisSession, command: string, ...words: readonly string[]): Promise<unknown> {
  try {
    return await session.call(command, ...words);
  } catch (error) {
    if (error instanceof RedisError) return undefined;
    throw error;
  }
}
