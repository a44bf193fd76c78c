import { randomBytes } from 'node:crypto';
import { ProbeError } from '../../net/probe-error.ts';
import type { DatabaseFact, DatabaseUse, RefusedCommand } from './facts.ts';
import { refusedCommands } from './rights.ts';
import { RedisError, type RedisSession } from './session.ts';

export interface UsedDatabase {
  readonly use: DatabaseUse;
  readonly number: number;
}

/** Seconds until the key expires, in case DEL is refused. */
const KEY_SECONDS = 60;

/**
 * Writes its own key to the database, reads it, tries the commands that Dify needs there, and deletes the key. Never
 * throws for an error of the server: the fact has it.
 */
export async function probeDatabase(
  session: RedisSession,
  database: UsedDatabase,
): Promise<{ readonly fact: DatabaseFact; readonly refused: readonly RefusedCommand[] }> {
  const nonce = `n${randomBytes(8).toString('hex')}`;
  const key = `difyctl:probe:${nonce}`;
  let command = 'SELECT';
  const send = (name: string, ...words: readonly (string | number)[]): Promise<unknown> => {
    command = name;
    return session.call(name, ...words);
  };
  try {
    await send('SELECT', database.number);
    await send('SET', key, nonce, 'EX', KEY_SECONDS);
    const read = await send('GET', key);
    await send('DEL', key);
    if (read !== nonce) throw new ProbeError('use', 'LOST', 'does not return the written value');
    await send('SET', key, nonce, 'EX', KEY_SECONDS);
    const refused = await refusedCommands(session, { ...database, key, nonce });
    await send('DEL', key);
    return { fact: database, refused };
  } catch (error) {
    const { code, text } = faultOf(error, command);
    const fact = { ...database, fault: { stage: 'use' as const, code, text, command } };
    return { fact, refused: code === 'NOPERM' ? [{ command, usedBy: 'every component', code }] : [] };
  }
}

/** Text for each code by which Redis refuses to write. */
const REFUSALS: Readonly<Record<string, string>> = {
  READONLY: 'is a read-only replica',
  MISCONF: 'accepts no writes because its last save to disk failed (MISCONF)',
  OOM: 'accepts no writes because its memory is full (OOM)',
  NOREPLICAS: 'accepts no writes because too few replicas are connected (min-replicas-to-write)',
  MASTERDOWN: 'has lost its master and answers no command',
  CLUSTERDOWN: 'is a cluster that is down',
  MOVED: 'is one node of a cluster',
  NOPERM: 'does not grant the right',
};

function faultOf(error: unknown, command: string): { readonly code: string; readonly text: string } {
  if (error instanceof ProbeError && error.fact.code === 'ETIMEDOUT')
    return { code: 'ETIMEDOUT', text: `never answers ${command}` };
  if (error instanceof ProbeError) return error.fact;
  if (!(error instanceof RedisError)) throw error;
  const { code, message } = error;
  if (/cluster mode/.test(message)) return { code: 'CLUSTER', text: 'has only database 0: it is a cluster' };
  if (/out of range/.test(message)) return { code: 'RANGE', text: 'has no database with this number' };
  return { code, text: REFUSALS[code] ?? `refuses the command (${code})` };
}
