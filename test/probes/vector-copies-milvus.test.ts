import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeField } from '../../src/evidence/vector-store/protobuf.ts';
import { BESIDE, completeTrip, onStore, roundTrip } from '../support/vector-copies.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { healthyMilvus, milvusStatus, startFakeMilvus } from '../testbed/services/fake-milvus.ts';
import { startMilvusLite } from '../testbed/services/milvus-lite.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';
import { makeCertificate } from '../testbed/services/tls.ts';
import { startTlsFront } from '../testbed/services/tls-front.ts';

const NAME = 'Vector_index_0a1b_Node';
/** Rows that milvus.py leaves, in three pages. */
const ROWS = 998;

describe('Milvus Lite', () => {
  const testbed = useTestbed(
    async () => ({ lite: await startMilvusLite(), folder: await serviceFolder('vector-copies') }),
    async ({ lite, folder }) => {
      await lite.stop();
      await removeFolder(folder);
    },
  );
  const on = <T>(use: Parameters<typeof onStore<T>>[2]): Promise<T> =>
    onStore({ provider: 'milvus', milvus: { url: testbed.get().lite.url } }, {}, use);

  // Milvus Lite has no session times of queries and returns neither shards nor consistency (milvus-lite 3.2.0); the unit
  // tests of test/backup/vectors/milvus have them.
  it('copies a collection with its rows and indexes, and Dify’s client finds the same in the restored one', async () => {
    const { lite, folder } = testbed.get();
    await lite.pymilvus('fill', NAME);
    const before = JSON.parse(await lite.pymilvus('look', NAME));
    expect([before.rows.length, before.found]).toEqual([ROWS, ['segment ä word7', 'segment ä word7']]);
    const result = await on((copies) => roundTrip(copies, NAME, folder));
    expect(result).toEqual(completeTrip({ server: expect.stringMatching(/^\d+\.\d+\.\d+$/) }, ROWS));
    expect(JSON.parse(await lite.pymilvus('look', NAME))).toEqual(before);
  });

  it('copies a collection that is not in memory, and does not leave it there', async () => {
    const { lite } = testbed.get();
    await lite.pymilvus('release', NAME);
    expect(await on((copies) => copies.count(NAME, undefined, undefined))).toBe(ROWS);
    expect(JSON.parse(await lite.pymilvus('look', NAME)).state).toBe('NotLoad');
  });
});

const milvus = await startFakeMilvus();
afterAll(() => milvus.stop());

describe('Milvus with users', () => {
  beforeEach(() => {
    Object.assign(milvus.state, healthyMilvus());
    milvus.collections.clear();
  });
  const block = { url: milvus.url, username: 'root', password: { env: 'KEY' } };
  const on = <T>(use: Parameters<typeof onStore<T>>[2], password = 'Milvus-secret'): Promise<T> =>
    onStore({ provider: 'milvus', milvus: block }, { password }, use);
  const limited = { message: encodeField(1, milvusStatus(8, 'rate limit exceeded')) };

  it('removes what a killed drill left, and nothing else', async () => {
    for (const name of [NAME, `${NAME}_${BESIDE}`]) milvus.collections.add(name);
    const left = await on(async (copies) => {
      const names = await copies.leftScratch();
      await copies.removeScratch(BESIDE);
      return names;
    });
    expect(left).toEqual([BESIDE]);
    expect([...milvus.collections]).toEqual([NAME]);
  });

  it('repeats a call that the server limits', async () => {
    milvus.state.answers = { ShowCollections: [limited, limited] };
    expect(await on((copies) => copies.leftScratch())).toEqual([]);
    expect(milvus.state.answers).toEqual({ ShowCollections: [] });
  });

  it.each([
    ['a wrong password', 'wrong', 'refuses GetVersion with gRPC status 16: auth check failure, please check username'],
    ['a user without a right', 'Milvus-secret', 'refuses DropCollection with gRPC status 7: permission deny to ••••••'],
  ])('names the call and the answer for %s', async (_, password, expected) => {
    milvus.state.answers = { DropCollection: [{ status: 7, said: 'permission deny to Milvus-secret' }] };
    await expect(on((copies) => copies.remove([NAME], undefined), password)).rejects.toThrow(
      `milvus at 127.0.0.1:${milvus.port} ${expected}`,
    );
  });

  it.each([
    ['2.5.15', true],
    ['2.4.0', true],
    ['2.6.0', false],
    ['3.0.1', false],
  ])('reads a copy from Milvus %s: %s', async (server, fits) => {
    const fit = on(async (copies) => copies.requireFit?.({ server }));
    if (fits) await expect(fit).resolves.toBeUndefined();
    else await expect(fit).rejects.toThrow(`the vectors were copied from Milvus ${server}, and this server is 2.5.15`);
  });

  it('behind TLS is reached with the authority of the file', async () => {
    const folder = await serviceFolder('milvus-copies-tls');
    const certificate = await makeCertificate(folder, ['127.0.0.1'], { days: 90 });
    const front = await startTlsFront(certificate, milvus.port);
    const tls = { ...block, url: `https://127.0.0.1:${front.port}`, caFile: certificate.caFile };
    const list = onStore({ provider: 'milvus', milvus: tls }, { password: 'Milvus-secret' }, (copies) =>
      copies.leftScratch(),
    );
    await expect(list).resolves.toEqual([]);
    await front.stop();
    await removeFolder(folder);
  });
});
