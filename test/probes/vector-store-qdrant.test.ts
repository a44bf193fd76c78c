import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import type { JsonObject } from '../../src/base/json.ts';
import { type LookOptions, lookAtStore } from '../support/vector-store.ts';
import { type FakeQdrant, healthyQdrant, type QdrantState, startFakeQdrant } from '../testbed/services/fake-qdrant.ts';
import { startListener } from '../testbed/services/listener.ts';

const qdrant: FakeQdrant = await startFakeQdrant();
afterAll(() => qdrant.stop());
beforeEach(() => void Object.assign(qdrant.state, healthyQdrant()));

const APART: JsonObject = { by: 'qdrant-cloud', ha: true };

function look(options: LookOptions & { readonly apiKey?: string; readonly url?: string } = {}) {
  const { apiKey = qdrant.apiKey, url = qdrant.url, ...rest } = options;
  const block = apiKey === '' ? { url } : { url, apiKey: { env: 'KEY' } };
  return lookAtStore({ provider: 'qdrant', qdrant: block }, apiKey === '' ? {} : { apiKey }, rest);
}

const extraEnv = (value: number): JsonObject => ({
  components: { worker: { extraEnv: { QDRANT_REPLICATION_FACTOR: value } } },
});

describe('Qdrant', () => {
  it('of three nodes gives no finding, and nothing of the probe is left', async () => {
    const { findings, facts } = await look();
    expect(findings).toEqual([]);
    expect(facts).toMatchObject({ version: '1.15.4', isOpen: false });
    expect(Object.keys(qdrant.state.collections)).toEqual(['Vector_index_a1_Node']);
  });

  it('of one small node is enough for test', async () => {
    Object.assign(qdrant.state, { peers: [], machine: { cores: 4, memoryGiB: 8, diskGiB: 100 }, collections: {} });
    expect((await look({ tier: 'test' })).findings).toEqual([]);
  });

  it.each<[string, Partial<QdrantState>, LookOptions & { readonly apiKey?: string }, readonly string[]]>([
    ['a wrong key', {}, { apiKey: 'wrong-key' }, ['vector-store.login fail']],
    ['no key where one is asked for', {}, { apiKey: '' }, ['vector-store.login fail']],
    ['no key at all', { isOpen: true }, {}, ['vector-store.anonymous-access warn']],
    ['a server too old', { version: '1.6.1' }, {}, ['vector-store.version fail']],
    ['not ready', { isReady: false }, {}, ['vector-store.health fail']],
    ['a node down', { unreachable: ['http://qdrant-2:6335/'] }, {}, ['vector-store.health fail']],
    ['no leader', { hasLeader: false }, {}, ['vector-store.health fail']],
    ['a full disk', { isFull: true }, {}, ['vector-store.writes fail']],
    ['a collection with one copy', { collections: { Vector_index_a1_Node: 1 } }, {}, ['vector-store.replication fail']],
    ['one copy for new collections', {}, { file: extraEnv(1) }, ['vector-store.replication fail']],
    ['two nodes', { peers: ['http://a:6335/', 'http://b:6335/'] }, {}, ['vector-store.single-point-of-failure warn']],
    ['one node', { peers: [] }, {}, ['vector-store.single-point-of-failure fail']],
    ['a small machine', { machine: { cores: 4, memoryGiB: 16, diskGiB: 100 } }, {}, ['vector-store.size warn']],
    [
      'its cluster hidden by a missing right',
      { hidesCluster: true },
      {},
      ['vector-store.single-point-of-failure unknown'],
    ],
    [
      'its cluster hidden by a managed service',
      { hidesCluster: true },
      { managed: APART },
      ['vector-store.single-point-of-failure warn'],
    ],
    [
      'one node seen behind a managed service',
      { peers: [] },
      { managed: APART },
      ['vector-store.single-point-of-failure warn'],
    ],
  ])('with %s gives one finding', async (_, broken, options, expected) => {
    Object.assign(qdrant.state, broken);
    expect((await look(options)).findings).toEqual(expected);
  });

  it('with a key that may only read says so', async () => {
    const { findings, results } = await look({ apiKey: qdrant.readOnlyKey });
    expect(findings).toEqual(['vector-store.writes fail']);
    expect(results.find(({ id }) => id === 'vector-store.writes')?.message).toMatch(
      /may read but not write.*manage access/,
    );
  });

  it('never shows the key', async () => {
    const { facts, results } = await look({ apiKey: 'wrong-key-that-is-secret' });
    expect(JSON.stringify([facts, results])).not.toContain('wrong-key-that-is-secret');
  });
});

describe('an address that is not Qdrant', () => {
  it('accepts connections and never answers: ends at the time limit, one finding', async () => {
    const silent = await startListener();
    const { findings } = await look({ url: `http://127.0.0.1:${silent.port}`, limitMs: 200 });
    await silent.stop();
    expect(findings).toEqual(['vector-store.health fail']);
  });

  it('is closed: only vector-store.reachable reports it', async () => {
    const closed = await startListener();
    await closed.stop();
    const { findings, facts } = await look({ url: `http://127.0.0.1:${closed.port}` });
    expect(facts.fault).toMatchObject({ stage: 'connect', code: 'ECONNREFUSED' });
    expect(findings).toEqual([]);
  });
});
