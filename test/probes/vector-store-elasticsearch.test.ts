import { beforeEach, describe, expect, it } from 'vitest';

import { type LookOptions, lookAtStore } from '../support/vector-store.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { type ElasticsearchService, startElasticsearch } from '../testbed/services/elasticsearch.ts';
import {
  ELASTIC_PASSWORD,
  type ElasticFront,
  type ElasticFrontState,
  healthyElasticFront,
  READER_PASSWORD,
  startElasticFront,
} from '../testbed/services/fake-elastic-front.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';
import { makeCertificate } from '../testbed/services/tls.ts';
import { startTlsFront } from '../testbed/services/tls-front.ts';

interface Elastic {
  readonly server: ElasticsearchService;
  readonly front: ElasticFront;
}

async function start(): Promise<Elastic> {
  const server = await startElasticsearch({ nodes: 2 });
  return { server, front: await startElasticFront(server.url) };
}

const elastic = useTestbed(start, async ({ server, front }) => {
  await front.stop();
  await server.stop();
});
beforeEach(() => void Object.assign(elastic.get().front.state, healthyElasticFront()));

const look = ({ password = ELASTIC_PASSWORD, ...options }: LookOptions & { readonly password?: string } = {}) =>
  lookAtStore(
    { provider: 'elasticsearch', elasticsearch: { url: elastic.get().front.url, password: { env: 'KEY' } } },
    { password },
    // A first index takes a cold server on a busy machine its time.
    { limitMs: 15_000, ...options },
  );

describe('Elasticsearch behind TLS', () => {
  it.each([
    ['the authority of the file', 'own', []],
    ['an authority that the file does not name', 'none', ['vector-store.tls fail']],
    ['a missing file', 'missing', ['vector-store.tls fail']],
  ] as const)('with %s', async (_, authority, expected) => {
    const folder = await serviceFolder('elastic-tls');
    const certificate = await makeCertificate(folder, ['127.0.0.1'], { days: 90 });
    const front = await startTlsFront(certificate, Number(new URL(elastic.get().front.url).port));
    const caFile = { own: { caFile: certificate.caFile }, none: {}, missing: { caFile: './nowhere.pem' } }[authority];
    const elasticsearch = { url: `https://127.0.0.1:${front.port}`, ...caFile, password: { env: 'KEY' } };
    const { findings, results } = await lookAtStore(
      { provider: 'elasticsearch', elasticsearch },
      { password: ELASTIC_PASSWORD },
      { limitMs: 15_000 },
    );
    expect(findings).toEqual(expected);
    const tls = results.find(({ id }) => id === 'vector-store.tls');
    if (authority === 'none') expect(tls?.remedy).toContain('--set vectorStore.elasticsearch.caFile');
    if (authority === 'missing') expect(tls?.message).toContain('./nowhere.pem cannot be read');
    await front.stop();
    await removeFolder(folder);
  });
});

const MANAGED = { by: 'elastic-cloud', ha: true };
const INDEX = '/vector_index_a1_node';

describe('Elasticsearch of two data nodes', () => {
  it('gives no finding, and no index is left', async () => {
    const { findings, facts } = await look();
    expect(findings).toEqual([]);
    expect(facts).toMatchObject({ isOpen: false, version: '8.14.3', copies: { seen: { ofNew: 2 } }, blocks: [] });
    expect(facts).toMatchObject({ nodes: { seen: [{ isUp: true, version: '8.14.3' }, { isUp: true }] } });
    expect(Object.keys((await elastic.get().server.ask('GET', '/_all/_settings')) as object)).toEqual([]);
  });

  it.each<[string, Partial<ElasticFrontState>, Parameters<typeof look>[0], readonly string[]]>([
    ['a wrong password', {}, { password: 'wrong' }, ['vector-store.login fail']],
    ['its security switched off', { isOpen: true }, {}, ['vector-store.anonymous-access warn']],
    ['a user who may only read', {}, { password: READER_PASSWORD }, ['vector-store.writes fail']],
    ['a version too old', { version: '7.17.9' }, {}, ['vector-store.version fail']],
    ['OpenSearch in its place', { version: '2.19.0', distribution: 'opensearch' }, {}, ['vector-store.version fail']],
    ['disks nearly full', { diskUsed: 0.9 }, {}, ['vector-store.disk warn']],
    ['disks full', { diskUsed: 0.97 }, {}, ['vector-store.disk fail']],
    ['its cluster hidden', { hidesCluster: true }, {}, ['vector-store.single-point-of-failure unknown']],
    [
      'its cluster hidden by Elastic',
      { hidesCluster: true },
      { managed: MANAGED },
      ['vector-store.single-point-of-failure warn'],
    ],
  ])('with %s gives one finding', async (_, broken, options, expected) => {
    Object.assign(elastic.get().front.state, broken);
    expect((await look(options)).findings).toEqual(expected);
  });

  it.each<[string, unknown, string, readonly string[]]>([
    ['of one copy', { number_of_replicas: 0 }, 'green', ['vector-store.replication fail']],
    ['with more copies than nodes', { number_of_replicas: 2 }, 'yellow', ['vector-store.health warn']],
    ['that no node may hold', { 'routing.allocation.require._name': 'nobody' }, 'red', ['vector-store.health fail']],
    [
      'that is read-only, as a full disk makes it',
      { 'blocks.read_only_allow_delete': true },
      'green',
      ['vector-store.writes fail'],
    ],
  ])('with an index of Dify %s gives one finding', async (_, settings, status, expected) => {
    const { ask } = elastic.get().server;
    await ask('PUT', `${INDEX}?wait_for_active_shards=0`, { settings: { index: settings } });
    await ask('GET', `/_cluster/health?wait_for_status=${status}&timeout=60s`);
    const { findings } = await look();
    await ask('DELETE', INDEX);
    expect(findings).toEqual(expected);
  });

  it('that is read-only as a whole refuses writes', async () => {
    const { ask } = elastic.get().server;
    const block = (value: boolean | null) =>
      ask('PUT', '/_cluster/settings', { persistent: { 'cluster.blocks.read_only_allow_delete': value } });
    await block(true);
    const { findings } = await look();
    await block(null);
    expect(findings).toEqual(['vector-store.writes fail']);
  });

  it('that blocks new indices is not an error of rights', async () => {
    const { ask } = elastic.get().server;
    const template = { 'index.blocks.write': true };
    await ask('PUT', '/_index_template/frozen', {
      index_patterns: ['vector_index*'],
      template: { settings: template },
    });
    const { findings, results } = await look();
    await ask('DELETE', '/_index_template/frozen');
    expect(findings).toEqual(['vector-store.writes fail']);
    const { message, remedy } = results.find(({ id }) => id === 'vector-store.writes') ?? {};
    expect(message).toMatch(/a write failed: .*blocked by/);
    expect(remedy).toContain('free disk space');
  });

  it('that allocates no replicas after a rolling restart is degraded', async () => {
    const { ask } = elastic.get().server;
    const place = (value: string | null) =>
      ask('PUT', '/_cluster/settings', { persistent: { 'cluster.routing.allocation.enable': value } });
    await place('primaries');
    const { findings, results } = await look();
    await place('none');
    const shut = await look();
    await place(null);
    expect(findings).toEqual(['vector-store.health warn']);
    expect(results.find(({ id }) => id === 'vector-store.health')?.message).toContain('allocation.enable is primaries');
    expect(shut.findings).toEqual(['vector-store.writes fail']);
  });

  it('at its limit of shards refuses a new index', async () => {
    const { ask } = elastic.get().server;
    const most = (value: number | null) =>
      ask('PUT', '/_cluster/settings', { persistent: { 'cluster.max_shards_per_node': value } });
    await most(1);
    await ask('PUT', '/other', {});
    await ask('GET', '/_cluster/health?wait_for_status=green&timeout=60s');
    const { findings, results } = await look();
    await most(null);
    await ask('DELETE', '/other');
    expect(findings).toEqual(['vector-store.writes fail']);
    expect(results.find(({ id }) => id === 'vector-store.writes')?.message).toMatch(/maximum .*shards/);
  });

  it('that lost a node is one node, and is yellow only for that reason', async () => {
    const { ask } = elastic.get().server;
    await ask('PUT', INDEX, {});
    await ask('GET', '/_cluster/health?wait_for_status=green&timeout=60s');
    await elastic.get().server.kill(1);
    await ask('GET', '/_cluster/health?wait_for_nodes=1&timeout=30s');
    expect((await look()).findings).toEqual(['vector-store.single-point-of-failure fail']);
    expect((await look({ tier: 'test' })).findings).toEqual([]);
  });
});
