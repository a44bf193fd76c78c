import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { PostgresFault } from '../../../src/evidence/postgres/faults.ts';
import { openSession, type Session } from '../../../src/evidence/postgres/session.ts';
import { dialHere } from '../../../src/net/dial.ts';
import { endless, hostileServers } from '../../support/hostile-server.ts';

const serve = hostileServers();
const PASSWORD = 'a-password-of-the-test';

function open(port: number): Promise<Session> {
  const { signal } = new AbortController();
  return openSession(
    { host: '127.0.0.1', port, tls: { isOn: false, verifies: 'nothing' }, dial: dialHere, signal, limitMs: 1_000 },
    { database: 'dify', username: 'dify', password: PASSWORD },
  );
}

/** A message of the server: its letter, and its length before its body. */
function message(type: string, body: Uint8Array | string = ''): Buffer {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(5);
  head.write(type, 0);
  head.writeUInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
}

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const welcome = Buffer.concat([message('R', int32(0)), message('K', Buffer.alloc(8)), message('Z', 'I')]);
const columns = (count: number) =>
  message('T', Buffer.concat([Buffer.from([count >> 8, count & 0xff]), Buffer.alloc(count * 19)]));

const FOREIGN = { code: 'EPROTO', text: 'answers, but not as PostgreSQL does', kind: 'other' };
const TOO_MUCH = { code: 'EMSGSIZE', text: 'answers with more than 8 MiB or 100,000 messages at once', kind: 'other' };
const gssapi = (code: number, name: string) => ({
  code: `AUTH_${code}`,
  text: `it requires a login by ${name}, but Dify supports only a password`,
  kind: 'access',
});

const say = (bytes: Uint8Array) => (socket: Socket) => void socket.write(bytes);
const flood = (bytes: Uint8Array) => (socket: Socket) => endless(socket, manyOf(bytes));
const manyOf = (bytes: Uint8Array) => Buffer.concat(Array(Math.ceil(65_536 / bytes.length)).fill(bytes));

test.each<[string, (socket: Socket) => void, object]>([
  ['asks for GSSAPI, as gss in pg_hba.conf does', say(message('R', int32(7))), gssapi(7, 'GSSAPI')],
  ['asks for SSPI', say(message('R', int32(9))), gssapi(9, 'SSPI')],
  ['asks for a login that does not exist', say(message('R', int32(99))), FOREIGN],
  [
    'asks for SASL and names no way that ends',
    say(message('R', Buffer.concat([int32(10), Buffer.from('SCRAM')]))),
    FOREIGN,
  ],
  ['gives an error without fields', say(message('E')), FOREIGN],
  ['gives an error whose length is 0', say(Buffer.from([0x45, 0, 0, 0, 0])), FOREIGN],
  ['gives an error whose fields do not end', say(message('E', 'SERROR\0Mno end')), FOREIGN],
  [
    'gives a row before it is asked',
    say(Buffer.concat([welcome.subarray(0, 9), message('D', Buffer.alloc(2))])),
    FOREIGN,
  ],
  ['speaks HTTP', say(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')), FOREIGN],
  ['speaks TLS', say(Buffer.from([0x15, 3, 1, 0, 2, 2, 70])), FOREIGN],
  ['announces a message of 4 GiB', say(Buffer.from([0x53, 0xff, 0xff, 0xff, 0xff, 1])), FOREIGN],
  ['sends notices without an end', flood(message('N', 'SNOTICE\0\0')), TOO_MUCH],
  ['sends large notices without an end', flood(message('N', `SNOTICE\0M${'x'.repeat(500_000)}\0\0`)), TOO_MUCH],
])('a server that %s is a login error', async (_, behaviour, fault) => {
  const port = await serve((socket, turn) => {
    if (turn === 1) behaviour(socket);
  });
  const error = await open(port).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(PostgresFault);
  expect(error instanceof PostgresFault && error.login).toMatchObject({ stage: 'login', ...fault });
});

test.each<[string, (socket: Socket) => void, object]>([
  [
    'gives rows of another width than it said',
    say(Buffer.concat([columns(1000), message('D', Buffer.alloc(2))])),
    FOREIGN,
  ],
  [
    'gives a value of a negative length',
    say(Buffer.concat([columns(1), message('D', Buffer.concat([Buffer.from([0, 1]), int32(-2)]))])),
    FOREIGN,
  ],
  ['gives more columns than there can be', say(columns(1665)), FOREIGN],
  ['begins to copy', say(message('G', Buffer.alloc(3))), FOREIGN],
  [
    'gives rows without an end',
    (socket) => {
      socket.write(columns(1));
      endless(socket, manyOf(message('D', Buffer.concat([Buffer.from([0, 1]), int32(-1)]))));
    },
    TOO_MUCH,
  ],
])('a server that %s is a statement error', async (_, behaviour, fault) => {
  const port = await serve((socket, turn) => {
    if (turn === 1) socket.write(welcome);
    if (turn === 2) behaviour(socket);
  });
  const session = await open(port);
  const error = await session.query('SELECT 1').catch((thrown: unknown) => thrown);
  await session.end();
  expect(error).toBeInstanceOf(PostgresFault);
  expect(error instanceof PostgresFault && error.login).toMatchObject({ stage: 'use', ...fault });
});

test('a server that sends data before the first request is a login error', async () => {
  const port = await serve((socket, turn) => {
    if (turn === 0) socket.write('220 mail.example.com ESMTP\r\n');
  });
  await expect(open(port)).rejects.toMatchObject({ login: { stage: 'login', ...FOREIGN } });
});

test('reads an answer that comes byte by byte', async () => {
  const answer = Buffer.concat([
    columns(1),
    message('D', Buffer.concat([Buffer.from([0, 1]), int32(1), Buffer.from('7')])),
    message('C', 'SELECT 1\0'),
    message('Z', 'I'),
  ]);
  const port = await serve((socket, turn) => {
    socket.setNoDelay(true);
    const bytes = [Buffer.alloc(0), welcome, answer][turn] ?? Buffer.alloc(0);
    for (const byte of bytes) socket.write(Buffer.from([byte]));
  });
  const session = await open(port);
  expect(await session.query('SELECT 7')).toEqual([{ '': '7' }]);
  await session.end();
});
