import { listAt, numberAt } from '../../../base/json-path.ts';
import { ProbeError } from '../../../net/probe-error.ts';
import { storeUrl } from '../address.ts';
import { noteAnonymous } from '../anonymous.ts';
import { type Ask, openStore, type StoreAnswer } from '../client.ts';
import { probeName } from '../dify.ts';
import type { Asked, NodeFact, StoreOf } from '../facts.ts';
import type { Note, StoreContext, StoreProbe } from '../probe.ts';
import { probeWrite } from '../write-probe.ts';

/** Error codes of ClickHouse: unknown user, wrong password, authentication failed. */
const LOGIN_CODES = ['192', '193', '516'];
/** Error codes of ClickHouse: read-only, access denied. */
const RIGHT_CODES = ['164', '497'];
const SYNTAX_ERROR = '62';

/** Probes MyScale by ClickHouse's HTTP interface. */
export const probe: StoreProbe<'myscale'> = async (store, context, note) => {
  const { myscale } = store;
  const { username, database } = myscale;
  const credentials = { 'x-clickhouse-user': username, 'x-clickhouse-key': context.secret('password') ?? '' };
  const ask = await openStore(storeUrl(store), credentials, context, note);
  const sql = queries(ask);
  const version = await sql('SELECT version()');
  note({ isAdmitted: true, version: String(listAt(version[0])[0] ?? '') });
  note({ health: { seen: { state: 'ready', text: 'answers queries' } } });
  await noteAnonymous(() => isOpen(ask), note);
  const found = await sql(`SELECT count() FROM system.databases WHERE name = '${database}'`);
  const exists = Number(listAt(found[0])[0]) > 0;
  await tryTable(sql, { myscale, exists }, context, note);
};

/** Runs a statement and returns its rows. Throws ProbeError, `login` if the user is refused. */
type Sql = (statement: string, isCleanup?: boolean) => Promise<readonly unknown[]>;

function queries(ask: Ask): Sql {
  return async (statement, isCleanup = false) => {
    const answer = await ask('/?default_format=JSONCompact', { method: 'POST', body: statement, isCleanup });
    if (answer.status !== 200) throw refusal(answer);
    return listAt(answer.json, 'data');
  };
}

function refusal({ status, headers, said }: StoreAnswer): ProbeError {
  const code = headers['x-clickhouse-exception-code'] ?? /^Code: (\d+)/.exec(said)?.[1] ?? String(status);
  if (LOGIN_CODES.includes(code))
    return new ProbeError('login', code, `refuses the user or the password (code ${code})`);
  if (RIGHT_CODES.includes(code)) return new ProbeError('use', '403', said);
  return new ProbeError('use', code, `answers code ${code}: ${said}`);
}

/** Whether the default user needs no password. */
async function isOpen(ask: Ask): Promise<boolean> {
  const keyless = { 'x-clickhouse-user': undefined, 'x-clickhouse-key': undefined };
  return (await ask('/', { method: 'POST', body: 'SELECT 1', headers: keyless })).status === 200;
}

/**
 * Creates a table as Dify does: in the file's database, or in a temporary one if that does not exist, because Dify
 * would create it.
 */
async function tryTable(
  sql: Sql,
  { myscale, exists }: { readonly myscale: StoreOf<'myscale'>['myscale']; readonly exists: boolean },
  context: StoreContext,
  note: Note,
): Promise<void> {
  const name = probeName(context.deployment).toLowerCase();
  const database = exists ? myscale.database : name;
  const table = `${database}.${name}`;
  let isMade = false;
  const createTestTable = async () => {
    await sql(createTable(table)).catch((error: unknown) => {
      if (!(error instanceof ProbeError) || error.fact.code !== SYNTAX_ERROR) throw error;
      note({ product: 'a ClickHouse without vector indexes' });
      throw new ProbeError('use', SYNTAX_ERROR, 'it is a ClickHouse without VECTOR INDEX, which only MyScale has');
    });
  };
  const writes = await probeWrite({
    how: 'created and deleted a table with a vector index',
    name: exists ? table : database,
    create: async () => {
      if (exists) return createTestTable();
      await sql(`CREATE DATABASE ${database}`);
      isMade = true;
    },
    use: async () => {
      if (!exists) await createTestTable();
      await sql(`INSERT INTO ${table} (id, text, vector) VALUES ('1', 'probe', [0.1, 0.2])`);
      note({ nodes: await nodesOf(sql, database, name) });
    },
    remove: async () => {
      await sql(exists ? `DROP TABLE IF EXISTS ${table}` : `DROP DATABASE IF EXISTS ${database}`, true);
    },
  });
  note({ database: { seen: { name: myscale.database, exists, isMade } } });
  const isLeft = 'seen' in writes && writes.seen.left !== undefined;
  if (exists || isMade || isLeft) note({ writes });
}

function createTable(table: string): string {
  return [
    `CREATE TABLE ${table} (id String, text String, vector Array(Float32),`,
    'CONSTRAINT length CHECK length(vector) = 2,',
    "VECTOR INDEX vidx vector TYPE DEFAULT('metric_type = Cosine'),",
    'INDEX text_idx text TYPE fts) ENGINE = MergeTree ORDER BY id',
  ].join(' ');
}

/**
 * Dify creates a plain MergeTree table, which is on one server unless the server converts it to a replicated or shared
 * one, as cloud services do.
 */
async function nodesOf(sql: Sql, database: string, table: string): Promise<Asked<readonly NodeFact[]>> {
  try {
    const rows = await sql(`SELECT engine FROM system.tables WHERE database = '${database}' AND name = '${table}'`);
    const engine = String(listAt(rows[0])[0] ?? '');
    if (engine.startsWith('Shared')) return { hidden: `tables use ${engine}, which does not show its servers` };
    if (!engine.startsWith('Replicated')) return { seen: [await thisServer(sql)] };
    const replicas = await sql(
      `SELECT total_replicas, active_replicas FROM system.replicas WHERE database = '${database}' AND table = '${table}'`,
    );
    const [total = 0, active = 0] = listAt(replicas[0]).map(Number);
    return {
      seen: Array.from({ length: total }, (_, index) => ({ name: `replica ${index + 1}`, isUp: index < active })),
    };
  } catch (error) {
    if (error instanceof ProbeError) return { hidden: error.fact.text };
    throw error;
  }
}

async function thisServer(sql: Sql): Promise<NodeFact> {
  const [row] = await sql('SELECT hostName(), total_space, free_space FROM system.disks ORDER BY free_space LIMIT 1');
  const [name, total, free] = listAt(row);
  const [diskBytes, freeBytes] = [numberAt(total), numberAt(free)];
  return {
    name: String(name ?? 'the server'),
    isUp: true,
    ...(diskBytes === undefined || diskBytes === 0 || freeBytes === undefined
      ? {}
      : { diskBytes, diskUsed: 1 - freeBytes / diskBytes }),
  };
}
