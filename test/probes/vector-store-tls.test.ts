import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { lookAtStore } from '../support/vector-store.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { type FakeQdrant, startFakeQdrant } from '../testbed/services/fake-qdrant.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';
import { type Certificate, makeCertificate } from '../testbed/services/tls.ts';

const ADDRESS = ['127.0.0.1', 'localhost'];

interface Secured {
  readonly folder: string;
  readonly ca: string;
  readonly servers: { readonly good: FakeQdrant; readonly wrongHost: FakeQdrant; readonly expired: FakeQdrant };
}

const secured = useTestbed(
  async (): Promise<Secured> => {
    const folder = await serviceFolder('vector-store-tls');
    const make = async (name: string, names: readonly string[], days: number, by?: Certificate) => {
      const own = path.join(folder, name);
      await mkdir(own);
      return makeCertificate(own, names, { days, ...(by === undefined ? {} : { by }) });
    };
    const good = await make('good', ADDRESS, 90);
    const wrongHost = await make('wrong-host', ['other.example.test'], 90, good);
    const expired = await make('expired', ADDRESS, -1, good);
    const servers = {
      good: await startFakeQdrant(good),
      wrongHost: await startFakeQdrant(wrongHost),
      expired: await startFakeQdrant(expired),
    };
    return { folder, ca: await readFile(good.caFile, 'utf8'), servers };
  },
  async ({ folder, servers }) => {
    await Promise.all(Object.values(servers).map((server) => server.stop()));
    await removeFolder(folder);
  },
);

describe('a vector store behind TLS', () => {
  it.each<['good' | 'wrongHost' | 'expired', 'trusted' | 'unknown', readonly string[], RegExp]>([
    ['good', 'trusted', [], /difyctl's tests/],
    ['good', 'unknown', ['vector-store.tls fail'], /not trusted/],
    ['wrongHost', 'trusted', ['vector-store.tls fail'], /other\.example\.test/],
    ['expired', 'trusted', ['vector-store.tls fail'], /expired/],
  ])('with a %s certificate of a %s CA', async (name, authority, expected, words) => {
    const { ca, servers } = secured.get();
    const server = servers[name];
    const before = server.requests.length;
    const { findings, results } = await lookAtStore(
      { provider: 'qdrant', qdrant: { url: server.url, apiKey: { env: 'KEY' } } },
      { apiKey: server.apiKey },
      authority === 'trusted' ? { ca } : {},
    );
    expect(findings).toEqual(expected);
    const tls = results.find(({ id }) => id === 'vector-store.tls');
    expect(tls?.message).toMatch(words);
    // Qdrant's client in Dify takes no authority.
    expect(tls?.remedy?.includes('a certificate from a public authority') ?? false).toBe(authority === 'unknown');
    // The key is not sent to an untrusted server.
    if (expected.length > 0) expect(server.requests.length).toBe(before);
  });
});
