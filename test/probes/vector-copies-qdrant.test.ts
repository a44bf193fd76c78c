import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { completeTrip, onStore, roundTrip } from '../support/vector-copies.ts';
import { type FakeQdrant, healthyQdrant, startFakeQdrant } from '../testbed/services/fake-qdrant.ts';

const NAME = 'Vector_index_a1_Node';
const qdrant: FakeQdrant = await startFakeQdrant();
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-test-'));
});
afterAll(async () => {
  await qdrant.stop();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  const point = (id: string, group_id: string) => ({ id, vector: [0.1, 0.2], payload: { group_id } });
  const points = { [NAME]: [point('1', 'base-a'), point('2', 'base-a'), point('3', 'base-b')] };
  Object.assign(qdrant.state, healthyQdrant(), { points });
});

const block = { provider: 'qdrant', qdrant: { url: qdrant.url, apiKey: { env: 'KEY' } } };
const on: <T>(use: Parameters<typeof onStore<T>>[2]) => Promise<T> = (use) =>
  onStore(block, { apiKey: qdrant.apiKey }, use);

it('copies a collection by its snapshot, which does not stay on the server', async () => {
  const kept = structuredClone(qdrant.state.points);
  expect(await on((copies) => roundTrip(copies, NAME, folder))).toEqual(completeTrip({ server: '1.15.4' }, 3));
  expect(qdrant.state.points).toEqual(kept);
  expect(qdrant.state.snapshots).toEqual({});
});

it('counts the points of one knowledge base in a collection of several', async () => {
  const counts = await on(async ({ count }) => [
    await count(NAME, 'base-a', undefined),
    await count(NAME, 'base-b', undefined),
    await count(NAME, 'base-c', undefined),
  ]);
  expect(counts).toEqual([2, 1, 0]);
});

it('refuses a collection whose shards are on several nodes', async () => {
  const other = await mkdtemp(join(folder, 'refused-'));
  qdrant.state.shardsElsewhere = 2;
  await expect(on((copies) => roundTrip(copies, NAME, other))).rejects.toThrow(
    `qdrant at 127.0.0.1:${qdrant.port} has 1 of 3 shards of the collection ${NAME}; a snapshot lacks the others`,
  );
});

it.each([
  ['1.15.0', true],
  ['1.14.9', true],
  ['1.13.2', false],
  ['1.16.0', false],
])('reads a copy from Qdrant %s: %s', async (server, fits) => {
  const fit = on(async (copies) => copies.requireFit?.({ server }));
  if (fits) await expect(fit).resolves.toBeUndefined();
  else await expect(fit).rejects.toThrow(`the vectors were copied from Qdrant ${server}, and this server is 1.15.4`);
});

it('names the server and its answer if it refuses the key', async () => {
  await expect(
    onStore(block, { apiKey: 'wrong' }, (copies) => copies.count(NAME, undefined, undefined)),
  ).rejects.toThrow(
    `qdrant at 127.0.0.1:${qdrant.port} answers HTTP 401 at /collections/${NAME}/points/count: Invalid API key or JWT`,
  );
});
