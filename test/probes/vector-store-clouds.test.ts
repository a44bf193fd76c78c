import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import type { JsonObject } from '../../src/base/json.ts';
import { type LookOptions, lookAtStore } from '../support/vector-store.ts';
import {
  type ClickhouseState,
  healthyClickhouse,
  MYSCALE_PASSWORD,
  MYSCALE_READER,
  startFakeClickhouse,
} from '../testbed/services/fake-clickhouse.ts';
import {
  healthyTablestore,
  startFakeTablestore,
  TABLESTORE_INSTANCE,
  TABLESTORE_KEY,
  type TablestoreState,
} from '../testbed/services/fake-tablestore.ts';
import {
  healthyTencent,
  startFakeTencent,
  TENCENT_KEY,
  TENCENT_READER,
  type TencentState,
} from '../testbed/services/fake-tencent-vectordb.ts';
import { startListener } from '../testbed/services/listener.ts';

const SINGLE = 'vector-store.single-point-of-failure';

describe('MyScale', async () => {
  const myscale = await startFakeClickhouse();
  afterAll(() => myscale.stop());
  beforeEach(() => void Object.assign(myscale.state, healthyClickhouse()));
  const look = ({
    password = MYSCALE_PASSWORD,
    port = myscale.port,
    ...options
  }: LookOptions & { password?: string; port?: number } = {}) =>
    lookAtStore(
      { provider: 'myscale', myscale: { host: '127.0.0.1', port, password: { env: 'KEY' } } },
      { password },
      options,
    );

  it('with replicas gives no finding, and no table is left', async () => {
    expect((await look()).findings).toEqual([]);
    expect([...myscale.made]).toEqual([]);
  });

  it('without the database passes, because Dify creates it, and nothing of the probe is left', async () => {
    myscale.state.databases = [];
    const { findings, facts } = await look();
    expect(findings).toEqual([]);
    expect(facts.database).toEqual({ seen: { name: 'dify', exists: false, isMade: true } });
    expect([...myscale.made]).toEqual([]);
  });

  it.each<[string, Partial<ClickhouseState>, Parameters<typeof look>[0], readonly string[]]>([
    ['a wrong password', {}, { password: 'wrong' }, ['vector-store.login fail']],
    ['no password asked', { isOpen: true }, {}, ['vector-store.anonymous-access warn']],
    ['a user who may only read', {}, { password: MYSCALE_READER }, ['vector-store.writes fail']],
    [
      'no database, and no right to make it',
      { databases: [], mayCreateDatabases: false },
      {},
      ['vector-store.database fail'],
    ],
    ['a plain ClickHouse', { knowsVectors: false }, {}, ['vector-store.writes fail']],
    ['one server', { engine: 'MergeTree' }, {}, [`${SINGLE} fail`]],
    [
      'one server whose disk is full',
      { engine: 'MergeTree', diskUsed: 0.96 },
      { tier: 'test' },
      ['vector-store.disk fail'],
    ],
    ['a replica down', { replicas: { total: 2, active: 1 } }, {}, ['vector-store.health fail']],
    [
      'servers hidden in its cloud',
      { engine: 'SharedMergeTree' },
      { managed: { by: 'myscale-cloud', ha: true } },
      [`${SINGLE} warn`],
    ],
  ])('with %s gives one finding', async (_, broken, options, expected) => {
    Object.assign(myscale.state, broken);
    expect((await look(options)).findings).toEqual(expected);
  });

  it('that accepts connections and never answers ends at the time limit', async () => {
    const silent = await startListener();
    const { findings } = await look({ port: silent.port, limitMs: 200 });
    await silent.stop();
    expect(findings).toEqual(['vector-store.health fail']);
  });
});

describe('Tencent VectorDB', async () => {
  const tencent = await startFakeTencent();
  afterAll(() => tencent.stop());
  beforeEach(() => void Object.assign(tencent.state, healthyTencent()));
  const look = ({ apiKey = TENCENT_KEY, ...options }: LookOptions & { apiKey?: string } = {}) =>
    lookAtStore({ provider: 'tencent', tencent: { url: tencent.url, apiKey: { env: 'KEY' } } }, { apiKey }, options);
  const replicas: JsonObject = { components: { api: { extraEnv: { TENCENT_VECTOR_DB_REPLICAS: 0 } } } };

  it.each([[['dify']], [[]]])(
    'with databases %j gives no finding, and nothing of the probe is left',
    async (databases) => {
      tencent.state.databases = [...databases];
      expect((await look()).findings).toEqual([]);
      expect(tencent.state.databases).toEqual(databases);
    },
  );

  it.each<[string, Partial<TencentState>, Parameters<typeof look>[0], readonly string[]]>([
    ['a wrong key', {}, { apiKey: 'wrong' }, ['vector-store.login fail']],
    ['a key that may only read', {}, { apiKey: TENCENT_READER }, ['vector-store.writes fail']],
    ['too few nodes for the replicas that Dify asks for', { mostReplicas: 0 }, {}, ['vector-store.writes fail']],
    ['no replica asked for', {}, { file: replicas }, ['vector-store.replication fail']],
    ['its promise declared', {}, { managed: { by: 'tencent', ha: true } }, [`${SINGLE} warn`]],
  ])('with %s gives one finding', async (_, broken, options, expected) => {
    Object.assign(tencent.state, broken);
    expect((await look(options)).findings).toEqual(expected);
  });
});

describe('Tablestore', async () => {
  it('has its key redacted in its answers', async () => {
    const { results, facts } = await look({ secrets: { accessKeyId: 'LTAI-somebody-else' } });
    expect(JSON.stringify([results, facts])).not.toContain('LTAI-somebody-else');
  });

  const tablestore = await startFakeTablestore();
  afterAll(() => tablestore.stop());
  beforeEach(() => void Object.assign(tablestore.state, healthyTablestore()));
  const look = ({
    instanceName = TABLESTORE_INSTANCE,
    secrets = {},
    ...options
  }: LookOptions & { instanceName?: string; secrets?: Record<string, string> } = {}) => {
    const block = {
      endpoint: tablestore.url,
      instanceName,
      accessKeyId: { env: 'ID' },
      accessKeySecret: { env: 'KEY' },
    };
    return lookAtStore({ provider: 'tablestore', tablestore: block }, { ...TABLESTORE_KEY, ...secrets }, options);
  };

  it('gives no finding, and no existing object is deleted', async () => {
    expect((await look()).findings).toEqual([]);
    expect(tablestore.deleted).toEqual([expect.stringMatching(/^Vector_index_difyctl_probe_[0-9a-f]{8}$/)]);
  });

  it.each<[string, Partial<TablestoreState>, Parameters<typeof look>[0], readonly string[]]>([
    ['a wrong secret', {}, { secrets: { accessKeySecret: 'wrong' } }, ['vector-store.login fail']],
    ['a key of somebody else', {}, { secrets: { accessKeyId: 'LTAI-other' } }, ['vector-store.login fail']],
    ['another instance', {}, { instanceName: 'elsewhere' }, ['vector-store.login fail']],
    ['a key that may not even list', { mayList: false }, {}, ['vector-store.login fail']],
    ['a key that may only read', { mayWrite: false }, {}, ['vector-store.writes fail']],
  ])('with %s gives one finding', async (_, broken, options, expected) => {
    Object.assign(tablestore.state, broken);
    expect((await look(options)).findings).toEqual(expected);
  });
});
