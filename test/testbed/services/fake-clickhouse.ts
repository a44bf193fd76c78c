import { type FakeAnswer, type FakeHttp, type FakeRequest, startFakeHttp } from './fake-http.ts';
import type { Certificate } from './tls.ts';

/** The state of a fake MyScale, including its faults. Tests can change it at any time. */
export interface ClickhouseState {
  databases: string[];
  /** The engine that a table created as MergeTree gets: the same on one server, another one in a cloud. */
  engine: 'MergeTree' | 'ReplicatedMergeTree' | 'SharedMergeTree';
  replicas: { total: number; active: number };
  /** True if it knows MyScale's VECTOR INDEX. A plain ClickHouse does not. */
  knowsVectors: boolean;
  isOpen: boolean;
  mayCreateDatabases: boolean;
  diskUsed: number;
}

export interface FakeClickhouse extends FakeHttp {
  readonly state: ClickhouseState;
  /** Tables and databases that statements created and none dropped. */
  readonly made: Set<string>;
}

export const MYSCALE_PASSWORD = 'MyScale-secret';
/** The key of a user who may only read. */
export const MYSCALE_READER = 'Reader-secret';

export function healthyClickhouse(): ClickhouseState {
  return {
    databases: ['dify'],
    engine: 'ReplicatedMergeTree',
    replicas: { total: 2, active: 2 },
    knowsVectors: true,
    isOpen: false,
    mayCreateDatabases: true,
    diskUsed: 0.4,
  };
}

/** Starts ClickHouse's HTTP interface with MyScale's vector indexes, limited to the requests of a preflight. */
export async function startFakeClickhouse(certificate?: Certificate): Promise<FakeClickhouse> {
  const state = healthyClickhouse();
  const made = new Set<string>();
  const server = await startFakeHttp((request) => answer(request, state, made), certificate);
  return { ...server, state, made };
}

const rows = (...data: unknown[]): FakeAnswer => ({ json: { meta: [], data, rows: data.length } });

function error(code: number, name: string, text: string): FakeAnswer {
  const headers = { 'x-clickhouse-exception-code': String(code) };
  return {
    status: code === 516 ? 403 : 500,
    headers,
    body: `Code: ${code}. DB::Exception: ${text}. (${name}) (version 23.3.2.1)`,
  };
}

function answer({ headers, body }: FakeRequest, state: ClickhouseState, made: Set<string>): FakeAnswer {
  const key = headers['x-clickhouse-key'];
  const isReader = key === MYSCALE_READER;
  const isKnown = key === undefined ? state.isOpen : isReader || key === MYSCALE_PASSWORD;
  if (!isKnown)
    return error(
      516,
      'AUTHENTICATION_FAILED',
      'dify: Authentication failed: password is incorrect, or there is no user with such name',
    );
  const sql = body.toString('utf8');
  const [verb = '', kind = ''] = sql.split(/\s+/);
  if (verb === 'SELECT') return select(sql, state);
  if (isReader)
    return error(
      497,
      'ACCESS_DENIED',
      'reader: Not enough privileges. To execute this query it is necessary to have grant CREATE TABLE',
    );
  if (kind === 'DATABASE' && !state.mayCreateDatabases)
    return error(497, 'ACCESS_DENIED', 'dify: Not enough privileges for CREATE DATABASE');
  if (/VECTOR INDEX/.test(sql) && !state.knowsVectors)
    return error(62, 'SYNTAX_ERROR', "Syntax error: failed at position 120 ('VECTOR')");
  const name = /(?:TABLE|DATABASE)(?: IF EXISTS)? (\S+)/.exec(sql)?.[1] ?? '';
  if (verb === 'CREATE') made.add(name);
  if (verb === 'DROP') for (const one of made) if (one === name || one.startsWith(`${name}.`)) made.delete(one);
  return { body: '' };
}

function select(sql: string, { databases, engine, replicas, diskUsed }: ClickhouseState): FakeAnswer {
  if (sql.includes('version()')) return rows(['23.3.2.1']);
  if (sql.includes('system.databases')) return rows([databases.some((name) => sql.includes(`'${name}'`)) ? '1' : '0']);
  if (sql.includes('system.tables')) return rows([engine]);
  if (sql.includes('system.replicas')) return rows([replicas.total, replicas.active]);
  if (sql.includes('system.disks')) return rows(['myscale-0', '1000000000000', String(1e12 * (1 - diskUsed))]);
  return rows([1]);
}
