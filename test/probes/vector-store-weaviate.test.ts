import { describe, expect, it } from 'vitest';

import type { JsonObject } from '../../src/base/json.ts';
import { type LookOptions, lookAtStore } from '../support/vector-store.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startFakeHttp } from '../testbed/services/fake-http.ts';
import { startListener } from '../testbed/services/listener.ts';
import { startWeaviate, type WeaviateService } from '../testbed/services/weaviate.ts';

const weaviate = useTestbed(
  () => startWeaviate({ nodes: 3, settings: { REPLICATION_MINIMUM_FACTOR: '2' } }),
  (service) => service.stop(),
);

interface WeaviateLook extends LookOptions {
  readonly key?: string | undefined;
  readonly block?: JsonObject;
}

function look(options: WeaviateLook = {}) {
  const { url, host, grpcPort, apiKey } = weaviate.get();
  const { key = apiKey, block = {}, ...rest } = options;
  const own = { url, grpcUrl: `${host}:${grpcPort}`, ...(key === '' ? {} : { apiKey: { env: 'KEY' } }), ...block };
  return lookAtStore({ provider: 'weaviate', weaviate: own }, key === '' ? {} : { apiKey: key }, {
    limitMs: 10_000,
    ...rest,
  });
}

const ask = (path: string) => {
  const { url, apiKey } = weaviate.get();
  const headers = { authorization: `Bearer ${apiKey}` };
  return fetch(`${url}${path}`, { headers, signal: AbortSignal.timeout(5_000) });
};

describe('a Weaviate of three nodes', () => {
  it('gives no finding, and no class is left', async () => {
    const { findings, facts, passed } = await look();
    expect(findings).toEqual([]);
    expect(passed).toEqual(expect.arrayContaining(['vector-store.grpc', 'vector-store.single-point-of-failure']));
    expect(facts).toMatchObject({ isOpen: false, copies: { seen: { ofNew: 2 } } });
    expect(await (await ask('/v1/schema')).json()).toEqual({ classes: [] });
  });

  it.each<[string, (service: WeaviateService) => WeaviateLook, readonly string[]]>([
    ['a wrong key', () => ({ key: 'wrong' }), ['vector-store.login fail']],
    ['no key where one is asked for', () => ({ key: '' }), ['vector-store.login fail']],
    ['a key that may only read', ({ readOnlyKey }) => ({ key: readOnlyKey }), ['vector-store.writes fail']],
    ['a gRPC port that is closed', () => ({ block: { grpcUrl: '127.0.0.1:1' } }), ['vector-store.grpc fail']],
    [
      'a gRPC port that is closed, as seen from outside a cluster',
      () => ({ block: { grpcUrl: '127.0.0.1:1' }, target: 'kubernetes' }),
      ['vector-store.grpc warn'],
    ],
    [
      'the HTTP port where gRPC should be',
      ({ host, port }) => ({ block: { grpcUrl: `${host}:${port}` } }),
      ['vector-store.grpc fail'],
    ],
    [
      'gRPC with TLS where there is none',
      ({ host, grpcPort }) => ({ block: { grpcUrl: `grpcs://${host}:${grpcPort}` } }),
      ['vector-store.grpc fail'],
    ],
    [
      'https where there is none',
      ({ host, port }) => ({ block: { url: `https://${host}:${port}` } }),
      ['vector-store.tls fail'],
    ],
  ])('probed with %s gives one finding', async (_, options, expected) => {
    expect((await look(options(weaviate.get()))).findings).toEqual(expected);
  });

  it('that has a class of an old Dify gives a finding', async () => {
    const { url, apiKey } = weaviate.get();
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ class: 'Vector_index_a1_Node', vectorizer: 'none' });
    await fetch(`${url}/v1/schema`, { method: 'POST', headers, body });
    const { findings } = await look();
    await fetch(`${url}/v1/schema/Vector_index_a1_Node`, { method: 'DELETE', headers });
    expect(findings).toEqual(['vector-store.schema fail']);
  });

  it('with a gRPC port that accepts connections and never answers ends at the time limit, one finding', async () => {
    const silent = await startListener();
    const { findings } = await look({ block: { grpcUrl: `127.0.0.1:${silent.port}` }, limitMs: 1_000 });
    await silent.stop();
    expect(findings).toContain('vector-store.grpc fail');
  });

  it('that lost a node is degraded', async () => {
    await weaviate.get().kill(2);
    const names = async () => (await ask('/v1/nodes').then((answer) => answer.text(), String)).match(/"node\d"/g);
    await expect.poll(names, { timeout: 60_000 }).toEqual(['"node1"', '"node2"']);
    const { findings, facts } = await look();
    expect(facts.nodes).toMatchObject({ seen: [{ isUp: true }, { isUp: true }, { name: 'node3', isUp: false }] });
    expect(findings).toContain('vector-store.health fail');
    expect(findings).not.toContain('vector-store.single-point-of-failure fail');
  });
});

describe('a Weaviate of one node', () => {
  const one = useTestbed(
    () =>
      startWeaviate({
        settings: { AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'true', AUTHORIZATION_ADMINLIST_ENABLED: 'false' },
      }),
    (service) => service.stop(),
  );
  const lookAtOne = (options: LookOptions = {}) => {
    const { url, host, grpcPort, apiKey } = one.get();
    const block = { url, grpcUrl: `grpc://${host}:${grpcPort}`, apiKey: { env: 'KEY' } };
    return lookAtStore({ provider: 'weaviate', weaviate: block }, { apiKey }, { limitMs: 10_000, ...options });
  };

  it('is enough in test', async () => {
    expect((await lookAtOne({ tier: 'test' })).findings).toEqual([]);
  });

  it('fails in prod, and has anonymous access', async () => {
    const { findings } = await lookAtOne();
    expect(findings).toEqual(['vector-store.anonymous-access warn', 'vector-store.single-point-of-failure fail']);
  });

  it.each([
    ['with a drilled plan', {}, 'warn'],
    ['without a plan', { recovery: { rto: '4h', rpo: '15m' } }, 'fail'],
  ])('as an accepted risk %s is %s', async (_, file, status) => {
    const acceptedRisks = [{ check: 'vector-store.single-point-of-failure', reason: 'rebuilt in 40 min' }];
    const { findings } = await lookAtOne({ file: { acceptedRisks, ...file } });
    expect(findings).toContain(`vector-store.single-point-of-failure ${status}`);
  });
});

describe('a server that answers as Weaviate', () => {
  it.each([
    // Its gRPC port is that of another one.
    ['too old', { version: '1.24.9' }, 200, ['vector-store.version fail', 'vector-store.grpc fail']],
    ['not ready yet', { version: '1.35.2' }, 503, ['vector-store.health fail']],
  ])('%s gives its finding', async (_, meta, ready, expected) => {
    const server = await startFakeHttp(({ path, method }) => {
      if (path === '/v1/.well-known/ready') return { status: ready, json: {} };
      if (path === '/v1/meta') return { json: meta };
      if (path === '/v1/nodes')
        return { json: { nodes: ['a', 'b', 'c'].map((name) => ({ name, status: 'HEALTHY' })) } };
      return { json: method === 'GET' ? { classes: [] } : { replicationConfig: { factor: 2 } } };
    });
    const { host, grpcPort, apiKey } = weaviate.get();
    const block = { url: server.url, grpcUrl: `${host}:${grpcPort}`, apiKey: { env: 'KEY' } };
    const { findings, results } = await lookAtStore(
      { provider: 'weaviate', weaviate: block },
      { apiKey },
      { tier: 'test' },
    );
    await server.stop();
    expect(findings).toEqual(expected);
    if (ready === 200)
      expect(results.find(({ status }) => status === 'fail')?.remedy).toMatch(/1\.25, 1\.26 and 1\.27/);
  });
});

describe('a Weaviate beside another one', () => {
  const apiKey = 'the-same-key-for-two-servers';
  const both = useTestbed(
    async () => ({
      own: await startWeaviate({ apiKey }),
      other: await startWeaviate({ apiKey, settings: { AUTOSCHEMA_ENABLED: 'false' } }),
    }),
    async ({ own, other }) => {
      await own.stop();
      await other.stop();
    },
  );
  const lookAt = ({ url, host, grpcPort }: WeaviateService, block: JsonObject = {}) => {
    const own = { url, grpcUrl: `${host}:${grpcPort}`, apiKey: { env: 'KEY' }, ...block };
    return lookAtStore({ provider: 'weaviate', weaviate: own }, { apiKey }, { limitMs: 10_000, tier: 'test' });
  };

  it('is not probed through the port of the other, with the same key or another', async () => {
    const { own, other } = both.get();
    const block = { grpcUrl: `${other.host}:${other.grpcPort}` };
    const { findings, results } = await lookAt(own, block);
    expect(findings).toEqual(['vector-store.grpc fail']);
    expect(results.find(({ id }) => id === 'vector-store.grpc')?.message).toContain('belongs to another Weaviate');
    const { host, grpcPort } = weaviate.get();
    expect((await lookAt(own, { grpcUrl: `${host}:${grpcPort}` })).findings).toEqual(['vector-store.grpc fail']);
  });

  it('without auto-schema refuses objects of Dify', async () => {
    const { findings, results } = await lookAt(both.get().other);
    expect(findings).toEqual(['vector-store.writes fail']);
    expect(results.find(({ id }) => id === 'vector-store.writes')?.remedy).toContain('AUTOSCHEMA_ENABLED=true');
  });

  it('with a shard that a full disk made read-only refuses writes', async () => {
    const { url } = both.get().own;
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const send = async (method: string, path: string, body?: unknown): Promise<unknown> =>
      (await fetch(`${url}/v1/schema${path}`, { method, headers, body: JSON.stringify(body) })).json().catch(() => '');
    const vectorConfig = { default: { vectorizer: { none: {} }, vectorIndexType: 'hnsw' } };
    await send('POST', '', { class: 'Vector_index_a1_Node', vectorConfig });
    const shards = JSON.stringify(await send('GET', '/Vector_index_a1_Node/shards'));
    const shard = /"name":"([^"]+)"/.exec(shards)?.[1] ?? '';
    await send('PUT', `/Vector_index_a1_Node/shards/${shard}`, { status: 'READONLY' });
    const { findings, results } = await lookAt(both.get().own);
    await send('DELETE', '/Vector_index_a1_Node');
    expect(findings).toEqual(['vector-store.writes fail']);
    expect(results.find(({ id }) => id === 'vector-store.writes')?.message).toContain('READONLY, such as one of');
  });
});
