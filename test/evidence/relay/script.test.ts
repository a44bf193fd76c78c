import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keyLine, relayDial } from '../../../src/evidence/relay/dial.ts';

/** templates/relay.py itself, as a pod runs it. */
const SCRIPT = fileURLToPath(new URL('../../../templates/relay.py', import.meta.url));
const KEY = 'a1'.repeat(32);
const options = { signal: new AbortController().signal, limitMs: 2_000 };

let service: Server;
let target: AddressInfo;
let relay: ChildProcess;
let port = 0;
let lifeline: Socket | undefined;

beforeEach(async () => {
  // The relay is killed while connections stand: their ends are no errors of the test.
  service = createServer((socket) => socket.on('error', () => undefined).end('hello'));
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  target = service.address() as AddressInfo;
  await startRelay('120');
});
afterEach(() => {
  lifeline?.destroy();
  relay.kill('SIGKILL');
  service.close();
});

async function startRelay(linger: string): Promise<void> {
  relay?.kill('SIGKILL');
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  port = (free.address() as AddressInfo).port;
  await new Promise((resolve) => free.close(resolve));
  const digest = createHash('sha256').update(KEY).digest('hex');
  relay = spawn('python3', ['-I', SCRIPT, String(port), digest, linger], { stdio: 'inherit' });
  for (let up = false; !up; ) {
    up = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  }
}

/** The first line that the relay answers to these. */
async function answer(...lines: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return chunk.toString().split('\r\n')[0] ?? '';
}

const macOf = (text: string, key = KEY): string => `X-Mac: ${createHmac('sha256', key).update(text).digest('hex')}`;

it('opens the connections of its run, once it knows the key', async () => {
  lifeline = await keyLine(port, KEY, options.signal);
  const stream = await relayDial(async () => port, KEY)('127.0.0.1', target.port, options);
  expect(String((await once(stream, 'data'))[0])).toBe('hello');
  stream.on('error', () => undefined).destroy();
});

it('serves only its run, and only the target that the run signed', async () => {
  const asked = `127.0.0.1:${target.port}`;
  expect(await answer(`CONNECT ${asked} HTTP/1.1`, macOf(asked))).toBe('HTTP/1.1 403 EACCES');
  await expect(keyLine(port, 'b2'.repeat(32), options.signal)).rejects.toMatchObject({ fact: { stage: 'connect' } });
  lifeline = await keyLine(port, KEY, options.signal);
  expect(await answer(`CONNECT ${asked} HTTP/1.1`)).toBe('HTTP/1.1 403 EACCES');
  expect(await answer(`CONNECT ${asked} HTTP/1.1`, macOf(asked, 'b2'.repeat(32)))).toBe('HTTP/1.1 403 EACCES');
  expect(await answer(`CONNECT ${asked} HTTP/1.1`, macOf('127.0.0.1:5432'))).toBe('HTTP/1.1 403 EACCES');
  expect(await answer(`CONNECT ${asked} HTTP/1.1`, macOf(asked))).toBe('HTTP/1.1 200 OK');
});

it('ends after its run, and not before', async () => {
  await startRelay('0.2');
  lifeline = await keyLine(port, KEY, options.signal);
  const exited = once(relay, 'exit');
  lifeline.destroy();
  expect(await exited).toEqual([0, null]);
});
