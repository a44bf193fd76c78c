import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterAll, expect, it, test } from 'vitest';
import { dialHere } from '../../../src/net/dial.ts';
import { askPrimary, refuseLiving } from '../../../src/operations/promote/primary.ts';

const servers: { close(): void }[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

async function listening(server: Pick<Server, 'listen' | 'address' | 'close'>): Promise<string> {
  servers.push(server);
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', () => done()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that answers every request with the status. */
const answering = (status: number): Promise<string> =>
  listening(createServer((_, response) => response.writeHead(status, { location: '/' }).end()));

const ask = async (url: string): Promise<string> => {
  const [seen] = await askPrimary([url], { dial: dialHere, signal: new AbortController().signal });
  return `${seen?.verdict}: ${seen?.observed}`;
};

test.each<[number, string]>([
  [200, 'answers: answers with status 200'],
  [302, 'answers: answers with status 302'],
  [404, 'answers: answers with status 404'],
  [500, 'answers: answers with status 500'],
  [502, 'gone: answers with status 502, as a proxy without Dify'],
  [503, 'gone: answers with status 503, as a proxy without Dify'],
  [504, 'gone: answers with status 504, as a proxy without Dify'],
])('an address that answers with status %s is judged', async (status, expected) => {
  expect(await ask(await answering(status))).toBe(expected);
});

it('an address that refuses connections is gone', async () => {
  const url = await answering(200);
  await new Promise((done) => (servers.pop() as Server).close(done));
  expect(await ask(url)).toBe('gone: refuses the connection: nothing listens on the port');
});

it('a server that accepts connections and does not speak HTTP answers', async () => {
  const url = await listening(createTcpServer((socket) => socket.destroy()) as unknown as Server);
  expect(await ask(url)).toMatch(/^answers: accepts connections \(/);
});

it('a name that does not resolve shows nothing', async () => {
  expect(await ask('https://dify.invalid')).toBe('unknown: dify.invalid does not resolve');
});

it('a promotion is refused unless every address is gone', () => {
  const [gone, unknown, answers] = (['gone', 'unknown', 'answers'] as const).map((verdict) => ({
    ...{ url: `https://${verdict}.example`, verdict },
    observed: 'is seen',
  }));
  if (gone === undefined || unknown === undefined || answers === undefined) throw new Error('three answers');
  refuseLiving('dify', [gone], []);
  expect(() => refuseLiving('dify', [gone, unknown], [])).toThrow(
    'nothing shows that the primary dify is gone, so nothing was changed',
  );
  expect(() => refuseLiving('dify', [answers, gone], [])).toThrow('the primary dify answers, so nothing was changed');
});
