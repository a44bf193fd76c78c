import { describe, expect, it } from 'vitest';
import { completeTrip, onStore, roundTrip } from '../support/vector-copies.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startElasticsearch } from '../testbed/services/elasticsearch.ts';
import { ELASTIC_PASSWORD, startElasticFront } from '../testbed/services/fake-elastic-front.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';

const NAME = 'Vector_index_0a1b_Node';
const INDEX = NAME.toLowerCase();

/** The index that Dify 1.16 creates, with three dimensions. */
const MAPPINGS = { properties: { vector: { type: 'dense_vector', dims: 3, index: true, similarity: 'cosine' } } };

describe('Elasticsearch', () => {
  const testbed = useTestbed(
    async () => {
      const server = await startElasticsearch();
      const front = await startElasticFront(server.url);
      return { server, front, folder: await serviceFolder('vector-copies') };
    },
    async ({ server, front, folder }) => {
      await front.stop();
      await server.stop();
      await removeFolder(folder);
    },
  );

  function on<T>(use: Parameters<typeof onStore<T>>[2]): Promise<T> {
    const elasticsearch = { url: testbed.get().front.url, password: { env: 'KEY' } };
    return onStore({ provider: 'elasticsearch', elasticsearch }, { password: ELASTIC_PASSWORD }, use);
  }

  it('without a snapshot repository is refused, with what is missing', async () => {
    const { port } = testbed.get().front;
    await expect(on(async (copies) => copies.requireCopies?.())).rejects.toThrow(
      `elasticsearch at 127.0.0.1:${port} has no snapshot repository; a copy of its indices needs one`,
    );
  });

  it('stores an index in its repository, and a drill restores it under another name', async () => {
    const { server, folder } = testbed.get();
    const location = server.repository;
    await server.ask('PUT', '/_snapshot/backups', { type: 'fs', settings: { location } });
    await server.ask('PUT', `/${INDEX}`, { mappings: MAPPINGS });
    for (const n of [1, 2, 3])
      await server.ask('PUT', `/${INDEX}/_doc/${n}`, { vector: [n, 1, 0.5], page: `segment ${n}` });
    const result = await on((copies) => roundTrip(copies, NAME, folder));
    expect(result).toEqual(
      completeTrip({ server: '8.14.3', repository: 'backups', snapshot: 'dify-20261122t120000z-0a1b' }, 3),
    );
    expect(await server.ask('GET', `/${INDEX}/_source/2`)).toEqual({ vector: [2, 1, 0.5], page: 'segment 2' });
  });

  it('without the snapshot of the set is refused before an index is removed', async () => {
    const { port } = testbed.get().front;
    const details = { repository: 'backups', snapshot: 'dify-20261123t120000z-0a1b' };
    await expect(on(async (copies) => copies.requireFit?.(details))).rejects.toThrow(
      `elasticsearch at 127.0.0.1:${port} has no snapshot dify-20261123t120000z-0a1b in its repository backups`,
    );
  });

  it('with several repositories takes the one with the name difyctl', async () => {
    const { server } = testbed.get();
    const location = `${server.repository}/more`;
    await server.ask('PUT', '/_snapshot/other', { type: 'fs', settings: { location } });
    await expect(on(async (copies) => copies.requireCopies?.())).rejects.toThrow(
      'has 2 snapshot repositories, and none has the name difyctl',
    );
    await server.ask('PUT', '/_snapshot/difyctl', { type: 'fs', settings: { location } });
    await expect(on(async (copies) => copies.requireCopies?.())).resolves.toBeUndefined();
  });
});
