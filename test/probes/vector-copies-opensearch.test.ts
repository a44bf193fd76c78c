import { describe, expect, it } from 'vitest';
import { completeTrip, onStore, roundTrip } from '../support/vector-copies.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startElasticsearch } from '../testbed/services/elasticsearch.ts';
import { ELASTIC_PASSWORD, healthyOpensearchFront, startElasticFront } from '../testbed/services/fake-elastic-front.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';

const NAME = 'Vector_index_0a1b_Node';
const INDEX = NAME.toLowerCase();

/**
 * The index that Dify 1.16 creates, with three dimensions. Dify's engine (faiss) is a native library, which the plugin's
 * zip does not have.
 */
const INDEX_BODY = {
  settings: { index: { knn: true, number_of_replicas: 0 } },
  mappings: {
    properties: { vector: { type: 'knn_vector', dimension: 3, method: { name: 'hnsw', engine: 'lucene' } } },
  },
};

describe('OpenSearch', () => {
  const testbed = useTestbed(
    async () => {
      const server = await startElasticsearch({ program: 'opensearch' });
      const front = await startElasticFront(server.url, undefined, healthyOpensearchFront());
      return { server, front, folder: await serviceFolder('vector-copies') };
    },
    async ({ server, front, folder }) => {
      await front.stop();
      await server.stop();
      await removeFolder(folder);
    },
  );

  function on<T>(use: Parameters<typeof onStore<T>>[2]): Promise<T> {
    const { url } = testbed.get().front;
    const opensearch = { url, username: 'elastic', password: { env: 'KEY' } };
    return onStore({ provider: 'opensearch', opensearch }, { password: ELASTIC_PASSWORD }, use);
  }

  it('with only the repository of its provider is refused, with what is missing', async () => {
    const { server, front } = testbed.get();
    await server.ask('PUT', '/_snapshot/cs-automated-enc', { type: 'fs', settings: { location: server.repository } });
    await expect(on(async (copies) => copies.requireCopies?.())).rejects.toThrow(
      `opensearch at 127.0.0.1:${front.port} has no snapshot repository; a copy of its indices needs one`,
    );
  });

  it('stores an index in its repository, and a drill restores it under another name', async () => {
    const { server, folder } = testbed.get();
    const location = `${server.repository}/backups`;
    await server.ask('PUT', '/_snapshot/backups', { type: 'fs', settings: { location } });
    await server.ask('PUT', `/${INDEX}`, INDEX_BODY);
    for (const n of [1, 2, 3])
      await server.ask('PUT', `/${INDEX}/_doc/${n}`, { vector: [n, 1, 0.5], page: `segment ${n}` });
    const result = await on((copies) => roundTrip(copies, NAME, folder));
    expect(result).toEqual(
      completeTrip({ server: '2.19.1', repository: 'backups', snapshot: 'dify-20261122t120000z-0a1b' }, 3),
    );
    expect(await server.ask('GET', `/${INDEX}/_source/2`)).toEqual({ vector: [2, 1, 0.5], page: 'segment 2' });
  });
});
