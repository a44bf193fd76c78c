import { type FaultFact, ProbeError } from '../../../net/probe-error.ts';
import { PostgresFault } from '../../postgres/faults.ts';
import { isReceiver } from '../../postgres/replication-facts.ts';
import { flag, seen, text } from '../../postgres/rows.ts';
import { replicationOf } from '../../postgres/server.ts';
import { type Login, openSession, type ServerAccess, type Session } from '../../postgres/session.ts';
import { apiVariable, isOfDify, probeName } from '../dify.ts';
import type { Asked, CopiesFact, DatabaseFact, NodeFact, WriteFact } from '../facts.ts';
import type { Note, StoreContext, StoreProbe } from '../probe.ts';

/** The database that every server has: it still shows the server if the file's database cannot be entered. */
const MAINTENANCE = 'postgres';

/**
 * Probes PostgreSQL with the extension vector. Dify's client sets no TLS option, so libpq prefers TLS and verifies
 * nothing.
 */
export const probe: StoreProbe<'pgvector'> = async ({ pgvector }, context, note) => {
  const { host, port, username, database } = pgvector;
  const { dial, signal, limitMs } = context;
  const access: ServerAccess = { host, port, tls: { isOn: 'preferred', verifies: 'nothing' }, dial, signal, limitMs };
  const login = { database, username, password: context.secret('password') ?? '' };
  const closed = (fact: DatabaseFact) => note({ isAdmitted: true, database: { seen: fact } });
  const session = await enter(access, login, closed);
  try {
    note({ isAdmitted: true, health: { seen: { state: 'ready', text: 'answers queries' } } });
    const nodes = await nodesOf(session.session, `${host}:${port}`);
    note({ nodes });
    if (!session.isInside) return;
    note({ copies: copiesOf(nodes, await collectionsOf(session.session, context)) });
    await tryTable(session.session, { username, database }, context, note);
  } finally {
    await session.session.end();
  }
};

interface Inside {
  readonly session: Session;
  readonly isInside: boolean;
}

async function enter(access: ServerAccess, login: Login, closed: (fact: DatabaseFact) => void): Promise<Inside> {
  try {
    return { session: await openSession(access, login), isInside: true };
  } catch (error) {
    // TLS is optional here, so its errors count as a failed login.
    if (error instanceof ProbeError && error.fact.stage === 'tls') {
      throw new ProbeError('login', error.fact.code, error.fact.text);
    }
    const fact = error instanceof PostgresFault ? databaseFact(error, login.database) : undefined;
    if (fact === undefined) throw error;
    closed(fact);
    return { session: await openSession(access, { ...login, database: MAINTENANCE }), isInside: false };
  }
}

/** What a failed login says about the database; undefined if the server refuses the role. */
function databaseFact({ kind }: PostgresFault, name: string): DatabaseFact | undefined {
  switch (kind) {
    case 'no-database':
      return { name, exists: false };
    case 'closed-database':
      return { name, exists: true, lacks: ['it accepts no connections'] };
    case 'database-limit':
      return { name, exists: true, lacks: ['its CONNECTION LIMIT is reached'] };
    case 'no-connect':
      return { name, exists: true, lacks: ['the role has no CONNECT right on it'] };
    default:
      return undefined;
  }
}

/** The server and its standbys; if it is a standby, the server and its primary. */
async function nodesOf(session: Session, address: string): Promise<Asked<readonly NodeFact[]>> {
  const self: NodeFact = { name: address, isUp: true };
  const isStandby = flag((await seen(session, 'SELECT pg_is_in_recovery() AS standby'))?.[0], 'standby');
  if (isStandby) {
    const followed = (await seen(session, 'SELECT pid FROM pg_stat_wal_receiver')) ?? [];
    return { seen: [self, ...followed.map(() => ({ name: 'its primary', isUp: true }))] };
  }
  const replication = await replicationOf(session);
  if (replication === undefined) return { hidden: 'this role may not read pg_stat_replication' };
  const standbys = replication.standbys.filter((one) => !isReceiver(one));
  return {
    seen: [
      self,
      ...standbys.map(({ name, state }): NodeFact => {
        const isUp = state === undefined || state === 'streaming';
        return { name, isUp, ...(isUp ? {} : { text: `${state}` }) };
      }),
    ],
  };
}

/** Replication copies the whole server: every table has one copy on each server. */
function copiesOf(nodes: Asked<readonly NodeFact[]>, collections: number): Asked<CopiesFact> {
  if (!('seen' in nodes)) return nodes;
  return { seen: { ofNew: nodes.seen.length, single: [], collections } };
}

/** Counts Dify's tables, named `embedding_` plus the collection's name (Dify 1.16, its pgvector client). */
async function collectionsOf(session: Session, { deployment }: StoreContext): Promise<number> {
  const rows = (await seen(session, "SELECT tablename FROM pg_tables WHERE tablename LIKE 'embedding\\_%'")) ?? [];
  const isOurs = isOfDify(deployment);
  return rows.filter((row) => isOurs((text(row, 'tablename') ?? '').replace(/^embedding_/, ''))).length;
}

/** Creates extensions, a table, a vector and an index as Dify does, in a transaction that is rolled back. */
async function tryTable(
  session: Session,
  { username, database }: { readonly username: string; readonly database: string },
  context: StoreContext,
  note: Note,
): Promise<void> {
  const isBigm = apiVariable(context.deployment, 'PGVECTOR_PG_BIGM')?.toLowerCase() === 'true';
  const there = { name: database, exists: true };
  const readOnly = text((await session.query('SHOW transaction_read_only'))[0], 'transaction_read_only');
  if (readOnly === 'on') {
    note({ database: { seen: there }, writes: { seen: { how: HOW, refused: READ_ONLY } } });
    return;
  }
  await session.query('BEGIN');
  try {
    const lacks: string[] = [];
    for (const name of ['vector', ...(isBigm ? ['pg_bigm'] : [])]) {
      const refused = await extensionRefused(session, name);
      if (refused !== undefined) lacks.push(`${username} cannot create the extension ${name}: ${refused}`);
    }
    note({ database: { seen: { ...there, lacks } } });
    const version = text(
      (await seen(session, "SELECT extversion AS version FROM pg_extension WHERE extname = 'vector'"))?.[0],
      'version',
    );
    if (version === undefined) return;
    note({ version, writes: { seen: await tableRefused(session, probeName(context.deployment).toLowerCase()) } });
  } finally {
    await session.query('ROLLBACK').catch(() => undefined);
  }
}

async function extensionRefused(session: Session, name: string): Promise<string | undefined> {
  await session.query('SAVEPOINT extension');
  try {
    await session.query(`CREATE EXTENSION IF NOT EXISTS ${name}`);
    return undefined;
  } catch (error) {
    if (!(error instanceof PostgresFault)) throw error;
    await session.query('ROLLBACK TO extension');
    return error.fact.text;
  }
}

/** SQLSTATE of PostgreSQL: read_only_sql_transaction; below: insufficient_privilege. */
const READ_ONLY: FaultFact = {
  stage: 'use',
  code: '25006',
  text: 'transactions are read-only: it is a standby, or default_transaction_read_only is on',
};
const DENIED = '42501';
const HOW = 'created a table with a vector and an index, and rolled back';

async function tableRefused(session: Session, name: string): Promise<WriteFact> {
  const table = `embedding_${name}`;
  try {
    await session.query(
      `CREATE TABLE ${table} (id uuid PRIMARY KEY, text text NOT NULL, meta jsonb NOT NULL, embedding vector(3) NOT NULL) USING heap`,
    );
    await session.query(`INSERT INTO ${table} VALUES (gen_random_uuid(), 'probe', '{}', '[1,2,3]')`);
    await session.query(
      `CREATE INDEX ON ${table} USING hnsw (embedding vector_cosine_ops) WITH (m = 16, ef_construction = 64)`,
    );
    return { how: HOW };
  } catch (error) {
    if (!(error instanceof PostgresFault)) throw error;
    const { stage, code, text: words } = error.fact;
    return { how: HOW, refused: { stage, code: code === DENIED ? '403' : code, text: words } };
  }
}
