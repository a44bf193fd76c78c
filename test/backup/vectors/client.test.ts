import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { storeClient } from '../../../src/backup/vectors/client.ts';
import { dialHere } from '../../../src/net/dial.ts';
import { startFakeHttp } from '../../testbed/services/fake-http.ts';

const CONTENT = randomBytes(3 * 2 ** 20);
const KEY = 'only-for-this-test';
let received: Buffer = Buffer.alloc(0);
const server = await startFakeHttp(({ path, body }) => {
  if (path === '/file') return { body: CONTENT };
  if (path === '/form') received = body;
  return path === '/form' ? { json: {} } : { status: 500, json: { error: { reason: `no\nroom for ${KEY}` } } };
});
const folder = await mkdtemp(join(tmpdir(), 'difyctl-test-'));
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const client = storeClient({
  where: 'store at HERE',
  base: new URL(server.url),
  headers: { 'api-key': KEY },
  dial: dialHere,
  trust: {},
  signal: AbortSignal.timeout(60_000),
  redact: (text) => text.replaceAll(KEY, '***'),
});

it('an answer larger than one piece is written to a file that only its owner reads', async () => {
  const file = join(folder, 'download');
  expect(await client.download('/file', file)).toBe(createHash('sha256').update(CONTENT).digest('hex'));
  expect((await readFile(file)).equals(CONTENT)).toBe(true);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

it('a file is sent as a field of a form', async () => {
  const file = join(folder, 'upload');
  await writeFile(file, CONTENT);
  await client.upload('/form', 'snapshot', file);
  const start = received.indexOf('\r\n\r\n') + 4;
  expect(received.subarray(start, start + CONTENT.length).equals(CONTENT)).toBe(true);
  expect(received.subarray(start + CONTENT.length).toString()).toMatch(/^\r\n--difyctl-[0-9a-f]{32}--\r\n$/);
});

it('an error has the answer of the server in one line, without the key', async () => {
  await expect(client.ask('/other?x=1')).rejects.toThrow('store at HERE answers HTTP 500 at /other: no room for ***');
});

it('a download that the server refuses is an error', async () => {
  await expect(client.download('/other', join(folder, 'refused'))).rejects.toThrow('answers HTTP 500 at /other');
});
