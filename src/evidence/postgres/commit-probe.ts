import type { SessionFact, TrialFact } from './facts.ts';
import { PostgresFault } from './faults.ts';
import type { Open } from './pooler.ts';
import { number } from './rows.ts';
import type { Session } from './session.ts';

/** Milliseconds after which a commit is cancelled: one takes a few, also with a standby that it waits for. Less than an answer may take. */
const COMMIT_MS = 3_000;

/**
 * Runs statements that leave nothing behind and commits them: only then does the server write its log, and wait for the standbys that it has to wait
 * for. `open` gives another session, to cancel a commit that does not end: it would hold its connection until a standby comes.
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
    // Heard below, also where the cancelling comes first.
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

/** Begins a transaction that waits for no lock, and runs these in it. */
export async function beginTransaction(session: Session, statements: readonly string[]): Promise<void> {
  await session.query('BEGIN');
  await session.query("SET LOCAL lock_timeout = '2s'");
  for (const statement of statements) await session.query(statement);
}

/** What the server refused. Throws again what is no refusal, and what was not answered at all. */
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
