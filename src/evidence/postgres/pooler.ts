import { randomBytes } from 'node:crypto';
import { compact } from '../../base/json.ts';
import { PostgresFault } from './faults.ts';
import type { PoolerFact } from './pooler-facts.ts';
import { number, seen, text } from './rows.ts';
import type { Session } from './session.ts';

/** Opens a session with the login of the first one, optionally in another database. */
export type Open = (database?: string) => Promise<Session>;

/** More than one, because another client may use the connection in between. */
const ROUNDS = 4;

/**
 * Detects a pooler: the process id in its greeting is not the server's, because it assigns several server processes to
 * one client. Returns undefined if the server itself answers.
 */
export async function poolerOf(
  session: Session,
  open: Open,
  refusedOptions: PoolerFact['refusedOptions'],
): Promise<PoolerFact | undefined> {
  const own = await backendOf(session);
  if (own === session.processId && refusedOptions === undefined) return undefined;
  const console = await consoleOf(open);
  const { mode, next } = await modeOf(session, open);
  const product: PoolerFact['product'] = console === undefined ? 'unknown' : 'PgBouncer';
  return compact({
    product,
    version: console?.version,
    mode,
    next,
    keepsPrepared: mode === 'transaction' ? await keepsPrepared(open) : undefined,
    refusedOptions,
    console: console?.figures,
  });
}

async function backendOf(session: Session): Promise<number> {
  return number((await session.query('SELECT pg_backend_pid() AS pid'))[0], 'pid') ?? 0;
}

/** Two idle clients on one server connection mean transaction pooling, or statement pooling if BEGIN fails. */
async function modeOf(first: Session, open: Open): Promise<Pick<PoolerFact, 'mode' | 'next'>> {
  let second: Session | undefined;
  try {
    second = await open();
    return compact({ mode: await modeBetween(first, second) });
  } catch (error) {
    if (!(error instanceof PostgresFault)) return {};
    return { next: error.kind === 'silent' ? 'waits' : 'refused' };
  } finally {
    await second?.end();
  }
}

async function modeBetween(first: Session, second: Session): Promise<PoolerFact['mode']> {
  let isShared = false;
  for (let round = 0; round < ROUNDS && !isShared; round += 1) {
    isShared = (await backendOf(first)) === (await backendOf(second));
  }
  if (!isShared) return 'session';
  const begun = await second.query('BEGIN').then(
    () => true,
    () => false,
  );
  if (begun) await second.query('ROLLBACK').catch(() => undefined);
  return begun ? 'transaction' : 'statement';
}

/**
 * Prepares a statement on one server connection, lets another client take that connection, and runs the statement on
 * the next. Undefined if the connections did not change as needed.
 */
async function keepsPrepared(open: Open): Promise<boolean | undefined> {
  const name = `difyctl_${randomBytes(6).toString('hex')}`;
  const statement = { text: 'SELECT pg_backend_pid() AS pid', name };
  return withSession(open, (client) =>
    withSession(open, async (holder) => {
      const before = number((await client.query(statement.text, statement))[0], 'pid');
      await holder.query('BEGIN');
      const taken = await backendOf(holder);
      try {
        const after = number((await client.query(statement.text, statement))[0], 'pid');
        if (taken === before) return after === before ? undefined : true;
        // The second client got another server connection: the first is pinned to its own after it prepared a statement
        // (RDS Proxy's pinning).
        return after === before ? true : undefined;
      } catch (error) {
        return error instanceof PostgresFault && error.fact.code === '26000' ? false : undefined;
      } finally {
        // This client still holds the connection where the statement was prepared: leave nothing of it in the pool.
        await holder.query(`DEALLOCATE ${name}`).catch(() => undefined);
        await holder.query('ROLLBACK').catch(() => undefined);
      }
    }),
  );
}

interface Console {
  readonly version?: string;
  readonly figures?: NonNullable<PoolerFact['console']>;
}

/**
 * PgBouncer's console is a database named `pgbouncer`, for users in `stats_users` or `admin_users`; it refuses others
 * with 08P01. Returns an empty object for such a refusal, undefined if the pooler is not PgBouncer.
 */
async function consoleOf(open: Open): Promise<Console | undefined> {
  let session: Session;
  try {
    session = await open('pgbouncer');
  } catch (error) {
    return error instanceof PostgresFault && error.fact.code === '08P01' ? {} : undefined;
  }
  try {
    const version = text((await seen(session, 'SHOW VERSION'))?.[0], 'version');
    if (version === undefined || !/pgbouncer/i.test(version)) return undefined;
    return { version: version.replace(/^pgbouncer /i, ''), figures: await figuresOf(session) };
  } finally {
    await session.end();
  }
}

async function figuresOf(session: Session): Promise<NonNullable<PoolerFact['console']>> {
  const databases = (await seen(session, 'SHOW DATABASES')) ?? [];
  const settings = new Map(
    ((await seen(session, 'SHOW CONFIG')) ?? []).map((row) => [row.key, number(row, 'value') ?? 0]),
  );
  return {
    poolSizes: Object.fromEntries(databases.map((row) => [text(row, 'name') ?? '', number(row, 'pool_size') ?? 0])),
    defaultPoolSize: settings.get('default_pool_size') ?? 0,
    maxClients: settings.get('max_client_conn') ?? 0,
  };
}

/** Opens a session, returns the result of `use` and ends the session. Undefined if either fails. */
async function withSession<T>(open: Open, use: (session: Session) => Promise<T>): Promise<T | undefined> {
  let session: Session | undefined;
  try {
    session = await open();
    return await use(session);
  } catch {
    return undefined;
  } finally {
    await session?.end();
  }
}
