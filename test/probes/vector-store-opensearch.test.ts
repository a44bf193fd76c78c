import { beforeEach, describe, expect, it } from 'vitest';

import { type LookOptions, lookAtStore } from '../support/vector-store.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startElasticsearch } from '../testbed/services/elasticsearch.ts';
import {
  ELASTIC_PASSWORD,
  type ElasticFrontState,
  healthyOpensearchFront,
  READER_PASSWORD,
  startElasticFront,
} from '../testbed/services/fake-elastic-front.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';
import { makeCertificate } from '../testbed/services/tls.ts';
import { startTlsFront } from '../testbed/services/tls-front.ts';

async function start() {
  const server = await startElasticsearch({ nodes: 2, program: 'opensearch' });
  return { server, front: await startElasticFront(server.url, undefined, healthyOpensearchFront()) };
}

const opensearch = useTestbed(start, async ({ server, front }) => {
  await front.stop();
  await server.stop();
});
beforeEach(() => void Object.assign(opensearch.get().front.state, healthyOpensearchFront()));

const ask: Awaited<ReturnType<typeof startElasticsearch>>['ask'] = (...request) =>
  opensearch.get().server.ask(...request);

const look = ({
  password = ELASTIC_PASSWORD,
  url = opensearch.get().front.url,
  ...options
}: LookOptions & { readonly password?: string; readonly url?: string } = {}) =>
  lookAtStore(
    { provider: 'opensearch', opensearch: { url, username: 'elastic', password: { env: 'KEY' } } },
    { password },
    // A first index takes a cold server on a busy machine its time.
    { limitMs: 15_000, ...options },
  );

const INDEX = '/vector_index_a1_node';

describe('OpenSearch of two data nodes', () => {
  it('gives no finding, and no index is left', async () => {
    const { findings, facts } = await look();
    expect(findings).toEqual([]);
    expect(facts).toMatchObject({ isOpen: false, version: '2.19.1', copies: { seen: { ofNew: 2 } }, blocks: [] });
    expect(facts).toMatchObject({
      health: { seen: { state: 'ready' } },
      nodes: { seen: [{ isUp: true, version: '2.19.1' }, { isUp: true }] },
      writes: { seen: { how: 'created and deleted an index with one document' } },
    });
    expect(Object.keys((await ask('GET', '/_all/_settings')) as object)).toEqual([]);
  });

  it.each<[string, Partial<ElasticFrontState>, Parameters<typeof look>[0], readonly string[]]>([
    ['a wrong password', {}, { password: 'wrong' }, ['vector-store.login fail']],
    ['its security switched off', { isOpen: true }, {}, ['vector-store.anonymous-access warn']],
    ['a user who may only read', {}, { password: READER_PASSWORD }, ['vector-store.writes fail']],
    ['a version too old', { version: '1.1.0' }, {}, ['vector-store.version fail']],
    [
      'Elasticsearch in its place',
      { version: '8.14.3', distribution: 'elasticsearch' },
      {},
      ['vector-store.version fail'],
    ],
    ['the plugin k-NN missing on a node', { lacksKnn: true }, {}, ['vector-store.health fail']],
    ['disks nearly full', { diskUsed: 0.9 }, {}, ['vector-store.disk warn']],
    ['its cluster hidden', { hidesCluster: true }, {}, ['vector-store.single-point-of-failure unknown']],
    [
      'its cluster hidden by AWS',
      { hidesCluster: true },
      { managed: { by: 'aws-opensearch', ha: true } },
      ['vector-store.single-point-of-failure warn'],
    ],
  ])('with %s gives one finding', async (_, broken, options, expected) => {
    Object.assign(opensearch.get().front.state, broken);
    expect((await look(options)).findings).toEqual(expected);
  });

  it('names the node without k-NN', async () => {
    Object.assign(opensearch.get().front.state, { lacksKnn: true });
    const health = (await look()).results.find(({ id }) => id === 'vector-store.health');
    expect(health?.message).toMatch(
      /green, 0 unassigned shards; the plugin opensearch-knn is missing on node\d; expected ready, every node up$/,
    );
  });

  it('with k-NN switched off cannot store vectors', async () => {
    const enable = (value: boolean | null) =>
      ask('PUT', '/_cluster/settings', { persistent: { 'knn.plugin.enabled': value } });
    await enable(false);
    const { findings, results } = await look();
    await enable(null);
    expect(findings).toEqual(['vector-store.health fail']);
    expect(results.find(({ id }) => id === 'vector-store.health')?.message).toContain(
      'k-NN is disabled: knn.plugin.enabled is false',
    );
  });

  it.each<[string, unknown, string, readonly string[]]>([
    ['of one copy', { number_of_replicas: 0 }, 'green', ['vector-store.replication fail']],
    ['with more copies than nodes', { number_of_replicas: 2 }, 'yellow', ['vector-store.health warn']],
    ['that is read-only', { 'blocks.read_only_allow_delete': true }, 'green', ['vector-store.writes fail']],
  ])('with an index of Dify %s gives one finding', async (_, settings, status, expected) => {
    await ask('PUT', `${INDEX}?wait_for_active_shards=0`, { settings: { index: settings } });
    await ask('GET', `/_cluster/health?wait_for_status=${status}&timeout=60s`);
    const { findings } = await look();
    await ask('DELETE', INDEX);
    expect(findings).toEqual(expected);
  });

  it('behind TLS of a private CA is not trusted, because the file cannot name it', async () => {
    const folder = await serviceFolder('opensearch-tls');
    const certificate = await makeCertificate(folder, ['127.0.0.1'], { days: 90 });
    const front = await startTlsFront(certificate, Number(new URL(opensearch.get().front.url).port));
    const { findings, results } = await look({ url: `https://127.0.0.1:${front.port}` });
    expect(findings).toEqual(['vector-store.tls fail']);
    expect(results.find(({ id }) => id === 'vector-store.tls')?.remedy).toContain(
      "Dify's client does not support a private authority",
    );
    await front.stop();
    await removeFolder(folder);
  });

  it('that lost a node is one node', async () => {
    await ask('PUT', INDEX, {});
    await ask('GET', '/_cluster/health?wait_for_status=green&timeout=60s');
    await opensearch.get().server.kill(1);
    await ask('GET', '/_cluster/health?wait_for_nodes=1&timeout=30s');
    expect((await look()).findings).toEqual(['vector-store.single-point-of-failure fail']);
  });
});
