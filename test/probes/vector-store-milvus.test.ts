import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import { type LookOptions, lookAtStore } from '../support/vector-store.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startFakeHttp } from '../testbed/services/fake-http.ts';
import { type FakeMilvus, healthyMilvus, type MilvusState, startFakeMilvus } from '../testbed/services/fake-milvus.ts';
import { startListener } from '../testbed/services/listener.ts';
import { startMilvusLite } from '../testbed/services/milvus-lite.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';
import { makeCertificate } from '../testbed/services/tls.ts';
import { startTlsFront } from '../testbed/services/tls-front.ts';

describe('Milvus Lite', () => {
  const lite = useTestbed(startMilvusLite, (service) => service.stop());
  const look = (database: string) =>
    lookAtStore({ provider: 'milvus', milvus: { url: lite.get().url, database } }, {}, { tier: 'test' });

  it('is healthy, accepts collections, and is one process without authentication', async () => {
    const { findings, facts, passed } = await look('default');
    expect(findings).toEqual([]);
    expect(passed).toEqual(
      expect.arrayContaining(['health', 'login', 'database', 'writes'].map((id) => `vector-store.${id}`)),
    );
    expect(facts).toMatchObject({ isOpen: true, version: expect.stringContaining('3.2') });
    expect((await look('default')).facts.writes).toEqual({ seen: { how: 'created and deleted a collection' } });
  });

  it('has only its default database', async () => {
    expect((await look('elsewhere')).findings).toEqual(['vector-store.database fail']);
  });
});

describe('Milvus of two query nodes', () => {
  let milvus: FakeMilvus;
  const started = startFakeMilvus();
  beforeEach(async () => {
    milvus = await started;
    Object.assign(milvus.state, healthyMilvus());
  });
  afterAll(async () => (await started).stop());

  const look = ({
    password = 'Milvus-secret',
    url = milvus.url,
    caFile,
    ...options
  }: LookOptions & { password?: string; url?: string; caFile?: string } = {}) =>
    lookAtStore(
      {
        provider: 'milvus',
        milvus: {
          url,
          ...(caFile === undefined ? {} : { caFile }),
          username: password.startsWith('Reader') ? 'reader' : 'root',
          password: { env: 'KEY' },
        },
      },
      { password },
      options,
    );

  it.each([
    ['the authority of the file', true, []],
    ['an authority that the file does not name', false, ['vector-store.tls fail']],
  ])('behind TLS, with %s', async (_, isNamed, expected) => {
    const folder = await serviceFolder('milvus-tls');
    const certificate = await makeCertificate(folder, ['127.0.0.1'], { days: 90 });
    const front = await startTlsFront(certificate, Number(new URL(milvus.url).port));
    const { findings } = await look({
      url: `https://127.0.0.1:${front.port}`,
      ...(isNamed ? { caFile: certificate.caFile } : {}),
    });
    expect(findings).toEqual(expected);
    await front.stop();
    await removeFolder(folder);
  });

  it('gives no finding, and no collection is left', async () => {
    const { findings, facts } = await look();
    expect(findings).toEqual([]);
    expect(facts).toMatchObject({
      version: '2.5.15',
      isOpen: false,
      nodes: { seen: [{ isUp: true }, { isUp: true }] },
    });
    expect([...milvus.collections]).toEqual([]);
  });

  it.each<[string, Partial<MilvusState>, Parameters<typeof look>[0], readonly string[]]>([
    ['a wrong password', {}, { password: 'wrong' }, ['vector-store.login fail']],
    ['a password for all', { isOpen: true }, {}, ['vector-store.anonymous-access warn']],
    ['a user who may only read', {}, { password: 'Reader-secret' }, ['vector-store.writes fail']],
    ['a version too old', { version: 'v2.2.0' }, {}, ['vector-store.version fail']],
    ['a part that is not healthy', { isHealthy: false }, {}, ['vector-store.health fail']],
    ['a query node in error', { broken: ['querynode2'] }, {}, ['vector-store.health fail']],
    ['another database', { databases: ['production'] }, {}, ['vector-store.database fail']],
    ['one query node', { queryNodes: ['querynode1'] }, {}, ['vector-store.single-point-of-failure fail']],
    ['all in one process', { mode: 'STANDALONE' }, {}, ['vector-store.single-point-of-failure fail']],
    ['nodes hidden', { hidesNodes: true }, {}, ['vector-store.single-point-of-failure unknown']],
    [
      'nodes hidden by Zilliz',
      { hidesNodes: true },
      { managed: { by: 'zilliz', ha: true } },
      ['vector-store.single-point-of-failure warn'],
    ],
  ])('with %s gives one finding', async (_, broken, options, expected) => {
    Object.assign(milvus.state, broken);
    expect((await look(options)).findings).toEqual(expected);
  });

  it.each([
    ['speaks HTTP and no gRPC', async () => startFakeHttp(() => ({ json: {} }))],
    ['takes connections and never answers', async () => startListener()],
  ])('at an address that %s is not ready', async (_, start) => {
    const other = await start();
    const { findings } = await look({ url: `http://127.0.0.1:${other.port}`, limitMs: 300 });
    await other.stop();
    expect(findings).toEqual(['vector-store.health fail']);
  });
});
