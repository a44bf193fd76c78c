import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { changeUnder, type LoopRequest, startRequestLoop, together } from './request-loop.ts';

/** Runs a loop against a hand-written server for some rounds. */
async function looped(requests: readonly LoopRequest[], handler: RequestListener) {
  const server = createServer(handler);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const loop = startRequestLoop({ base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests });
  const record = await changeUnder(loop, async () => undefined);
  await new Promise((closed) => server.close(closed));
  return record;
}

test('answered requests are counted', async () => {
  const { answered, failures } = await looped([{ path: '/', status: 200, keepAlive: true }], (_, to) => to.end('x'));
  expect(answered).toBeGreaterThanOrEqual(2);
  expect(failures).toEqual([]);
});

test.each<[string, RequestListener, RegExp]>([
  ['another status', (_, to) => to.writeHead(502).end(), /^\S+ POST \/a: 502$/],
  ['no answer', (_, to) => to.destroy(), /^\S+ POST \/a: socket hang up$/],
  ['half an answer', (_, to) => void to.write('x', () => to.destroy()), /^\S+ POST \/a: broken answer/],
])('%s is a failure', async (_title, handler, line) => {
  const { answered, failures } = await looped([{ path: '/a', method: 'POST', status: 200 }], handler);
  expect(answered).toBe(0);
  for (const failure of failures) expect(failure).toMatch(line);
  expect(failures.length).toBeGreaterThanOrEqual(2);
});

test('a GET on a connection that the server has closed is sent again', async () => {
  let served = 0;
  const { failures, resent } = await looped([{ path: '/', status: 200, keepAlive: true }], (_, to) => {
    served += 1;
    if (served % 2 === 0) to.destroy();
    else to.end('x');
  });
  expect(failures).toEqual([]);
  expect(resent).toBeGreaterThanOrEqual(1);
});

test('several loops are one: their answers are added, and a failure of one is a failure of all', async () => {
  const loop = (answered: number, failures: readonly string[]) => ({
    round: async () => undefined,
    stop: async () => ({ answered, failures, resent: 1 }),
  });
  const record = await changeUnder(together([loop(2, []), loop(3, ['GET /: 502'])]), async () => undefined);
  expect(record).toEqual({ answered: 5, failures: ['GET /: 502'], resent: 2 });
});
