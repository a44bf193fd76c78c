import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { hostileServers } from '../../support/hostile-server.ts';
import { lookAtPostgres } from '../../support/postgres.ts';

const serve = hostileServers();

const [BOOL, TEXT] = [16, 25];
type Cell = readonly [name: string, type: number, value: string];

/** The only row of the statements that contain the text; every other statement is refused. */
const ROWS: readonly (readonly [part: string, row: readonly Cell[]])[] = [
  [
    'server_version_num',
    [
      ['version', TEXT, '150008'],
      ['product', TEXT, 'PostgreSQL 15.8 on x86_64'],
      ['recovery', BOOL, 'f'],
    ],
  ],
  ['SELECT 1', [['one', TEXT, '1']]],
  [
    'FROM pg_database',
    [
      ['datname', TEXT, 'dify'],
      ['owner', TEXT, 'dify'],
      ['encoding', TEXT, 'UTF8'],
      ['datallowconn', BOOL, 't'],
      ['datconnlimit', TEXT, '-1'],
    ],
  ],
  [
    'SELECT rolname',
    [
      ['rolname', TEXT, 'dify'],
      ['rolsuper', BOOL, 'f'],
      ['rolcreatedb', BOOL, 'f'],
      ['rolcanlogin', BOOL, 't'],
      ['rolconnlimit', TEXT, '-1'],
    ],
  ],
];

const int16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);
const int32 = (value: number) => Buffer.concat([int16(value >>> 16), int16(value & 0xffff)]);

function message(type: string, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

const column = ([name, type]: Cell) =>
  Buffer.concat([Buffer.from(`${name}\0`), int32(0), int16(0), int32(type), Buffer.alloc(8)]);
const value = ([, , text]: Cell) => Buffer.concat([int32(text.length), Buffer.from(text)]);

const READY = message('Z', 'I');
const WELCOME = Buffer.concat([message('R', int32(0)), message('K', Buffer.alloc(8)), READY]);
const REFUSAL = message('E', 'SERROR\0C42501\0Mpermission denied\0\0');

/** The answer to a query (`Q`), or to parse, bind, execute and sync of a statement with values (`P`). */
function answerTo(request: Buffer): Buffer {
  const row = ROWS.find(([part]) => request.includes(part))?.[1];
  if (row === undefined) return Buffer.concat([REFUSAL, READY]);
  const parsed = request.toString('latin1', 0, 1) === 'P' ? [message('1'), message('2')] : [];
  return Buffer.concat([
    ...parsed,
    message('T', int16(row.length), ...row.map(column)),
    message('D', int16(row.length), ...row.map(value)),
    message('C', 'SELECT 1\0'),
    READY,
  ]);
}

const SYNC = message('S');

/** A PostgreSQL that closes the connection when it receives a statement with this text. */
function serveUntil(last: string): Promise<number> {
  const requests = new WeakMap<Socket, Buffer>();
  return serve((socket, turn, data) => {
    if (turn === 1) socket.write(WELCOME);
    if (turn < 2) return;
    const request = Buffer.concat([requests.get(socket) ?? Buffer.alloc(0), data]);
    const isWhole = request.toString('latin1', 0, 1) === 'Q' || request.subarray(-SYNC.length).equals(SYNC);
    requests.set(socket, isWhole ? Buffer.alloc(0) : request);
    if (!isWhole) return;
    if (request.includes(last)) socket.destroy();
    else socket.write(answerTo(request));
  });
}

const CLOSED = { stage: 'use', code: 'ECONNRESET', text: 'closes the connection at a query' };
const MAIN = { which: 'main', database: 'dify', username: 'dify' };
const PLUGIN = { which: 'plugin', database: 'dify_plugin', username: 'dify' };
const SERVER = { version: 150_008, product: 'PostgreSQL 15.8', isInRecovery: false };
const CATALOG = { name: 'dify', owner: 'dify', encoding: 'UTF8', takesConnections: true, connectionLimit: -1 };
const ROLE = { name: 'dify', isSuperuser: false, mayCreateDatabases: false, mayLogin: true, connectionLimit: -1 };

async function lookUntil(last: string) {
  const port = await serveUntil(last);
  const postgres = { host: '127.0.0.1', port, password: { env: 'PG' }, tls: { mode: 'disable' } };
  return lookAtPostgres(postgres, { 'postgres.password': 'secret' });
}

test('if a query gets no answer, the known logins and server facts are kept', async () => {
  const { facts, findings, of } = await lookUntil('SELECT 1');
  expect(facts).toEqual({
    address: expect.any(String),
    entries: [MAIN, PLUGIN],
    roles: [],
    server: { ...SERVER, latencies: [] },
    fault: CLOSED,
  });
  expect(findings).toEqual(['postgres.tls warn', 'postgres.login fail']);
  expect(of('postgres.version')).toMatchObject({ status: 'pass', observed: 'PostgreSQL 15.8' });
});

test('if a later query gets no answer, databases, roles and latencies are also kept', async () => {
  const { facts } = await lookUntil('SELECT pg_backend_pid()');
  expect(facts).toEqual({
    address: expect.any(String),
    entries: [{ ...MAIN, catalog: CATALOG }, PLUGIN],
    roles: [ROLE],
    server: { ...SERVER, latencies: expect.arrayContaining([expect.any(Number)]) },
    fault: CLOSED,
  });
});
