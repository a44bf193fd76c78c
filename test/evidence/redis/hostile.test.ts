import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { askServer } from '../../../src/evidence/redis/server.ts';
import { dialHere } from '../../../src/net/dial.ts';
import { endless, hostileServers } from '../../support/hostile-server.ts';

const serve = hostileServers();

const ask = (port: number) =>
  askServer(
    { host: '127.0.0.1', port, password: 'a-password-of-the-test', tls: { mode: 'disable' } },
    [{ use: 'cache', number: 0 }],
    { dial: dialHere, signal: new AbortController().signal, limitMs: 1_000 },
  );

const FOREIGN = { code: 'EPROTO', text: 'answers, but not as Redis does' };
const TOO_MUCH = { code: 'EMSGSIZE', text: 'answers with more than 4 MiB, 50000 elements or 8 levels' };
const say = (text: string) => (socket: Socket) => void socket.write(text);
const flood = (text: string) => (socket: Socket) =>
  endless(socket, Buffer.from(text.repeat(Math.ceil(65_536 / text.length))));

test.each<[string, (socket: Socket) => void, object]>([
  ['nests lists 100,000 deep', say('*1\r\n'.repeat(100_000)), TOO_MUCH],
  ['nests lists without an end', flood('*1\r\n'.repeat(1_000)), TOO_MUCH],
  ['announces a list of 10,000,000,000 elements', say('*9999999999\r\n'), TOO_MUCH],
  ['announces a text of 9 GB', say('$9999999999\r\n'), TOO_MUCH],
  ['announces a negative length', say('$-7\r\n'), FOREIGN],
  ['announces a length that is no number', say('*many\r\n'), FOREIGN],
  ['sends text without an end', flood(`+${'x'.repeat(1_000)}`), FOREIGN],
  ['speaks HTTP', say('HTTP/1.1 400 Bad Request\r\n\r\n'), FOREIGN],
  ['speaks RESP 3', say('%1\r\n+a\r\n+b\r\n'), FOREIGN],
])('a server that %s is a login error', async (_, behaviour, fault) => {
  const port = await serve((socket, turn) => {
    if (turn === 1) behaviour(socket);
  });
  expect(await ask(port)).toMatchObject({ address: `127.0.0.1:${port}`, fault: { stage: 'login', ...fault } });
});

test.each<[string, (socket: Socket) => void]>([
  ['answers more often than it was asked', flood('+PONG\r\n')],
  [
    'gives a text without an end',
    (socket) => {
      socket.write('$4000000\r\n');
      endless(socket, Buffer.alloc(65_536, 'x'));
    },
  ],
])('a server that %s ends the probe with an error', async (_, behaviour) => {
  const port = await serve((socket, turn) => {
    if (turn < 3) socket.write('+OK\r\n');
    if (turn === 3) behaviour(socket);
  });
  expect(await ask(port)).toMatchObject({ fault: { stage: 'use' } });
});
