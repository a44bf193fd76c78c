import { PostgresFault } from './faults.ts';
import type { Open } from './pooler.ts';
import { number } from './rows.ts';
import type { Session } from './session.ts';
import type { SessionFact, TrialFact } from './session-facts.ts';

/**
 * Milliseconds after which a commit is cancelled: a healthy one needs a few, even with a synchronous standby. Less than
 * the limit of an answer.
 */
const COMMIT_MS = 3_000;

/**
 * Runs statements that leave nothing behind and commits them. Only a commit makes the server write WAL and wait for its
 * synchronous standbys. `open` opens a second session to cancel a commit that hangs: otherwise it would hold its
 * connection until a standby connects. Throws if the server does not answer.
 */
export async function probeCommit(
  session: Session,
  statements: readonly string[],
  open: Open,
): Promise<Pick<SessionFact, 'table' | 'commit'>> {
  try {
    await beginTransaction(session, statements);
    const own = number((await session.query('SELECT pg_backend_pid() AS pid'))[0], 'pid');
    const commit = session.query('COMMIT').then(() => 'ended' as const);
    // Awaited below; prevents an unhandled rejection if the cancel comes first.
    commit.catch(() => undefined);
    const outcome = await Promise.race([commit, late(COMMIT_MS)]);
    if (outcome === 'waits') await cancel(own, open, commit);
    return { table: {}, commit: outcome };
  } catch (error) {
    return { table: { refused: refusalOf(error) } };
  } finally {
    await session.query('ROLLBACK').catch(() => undefined);
  }
}

/** Begins a transaction with a lock timeout of 2 s and runs the statements in it. */
export async function beginTransaction(session: Session, statements: readonly string[]): Promise<void> {
  await session.query('BEGIN');
  await session.query("SET LOCAL lock_timeout = '2s'");
  for (const statement of statements) await session.query(statement);
}

/** Code and text of the server's refusal. Rethrows any other error, and one without an answer. */
export function refusalOf(error: unknown): NonNullable<TrialFact['refused']> {
  if (!(error instanceof PostgresFault) || error.kind === 'silent') throw error;
  const { code, text } = error.fact;
  return { code, text };
}

function late(milliseconds: number): Promise<'waits'> {
  return new Promise((done) => {
    setTimeout(() => done('waits'), milliseconds).unref();
  });
}

async function cancel(process: number | undefined, open: Open, commit: Promise<unknown>): Promise<void> {
  const other = await open().catch(() => undefined);
  await other?.query('SELECT pg_cancel_backend($1)', { values: [process] }).catch(() => undefined);
  await other?.end();
  await commit.catch(() => undefined);
}
