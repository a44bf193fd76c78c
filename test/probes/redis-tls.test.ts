import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { probeRedis } from '../support/redis.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startRedis } from '../testbed/services/redis.ts';
import { type Certificate, makeCertificate } from '../testbed/services/tls.ts';

/** A server behind TLS, one without, and certificates that the first can be told to show. */
async function startBoth() {
  const [secured, plain] = await Promise.all([
    startRedis({ tls: true, settings: { appendonly: 'yes' } }),
    startRedis(),
  ]);
  const own = secured.certificate;
  if (own === undefined) throw new Error('no certificate');
  const make = async (name: string, names: readonly string[], options: Parameters<typeof makeCertificate>[2]) => {
    const folder = path.join(path.dirname(own.caFile), name);
    await mkdir(folder);
    return makeCertificate(folder, names, options);
  };
  const certificates = {
    expired: await make('expired', ['127.0.0.1'], { days: -1, by: own }),
    'wrong host': await make('wrong-host', ['redis.example.test'], { days: 365, by: own }),
    untrusted: await make('untrusted', ['127.0.0.1'], { days: 365 }),
    'ending soon': await make('ending-soon', ['127.0.0.1'], { days: 10, by: own }),
  };
  const show = async ({ certFile, keyFile }: Certificate) => {
    const set = await secured.command('CONFIG', 'SET', 'tls-cert-file', certFile, 'tls-key-file', keyFile);
    if (set !== 'OK') throw new Error(set);
  };
  const stop = async () => {
    await Promise.all([secured.stop(), plain.stop()]);
  };
  return { secured, plain, own, certificates, show, stop };
}

const servers = useTestbed(startBoth, (both) => both.stop());
const ONE_ADDRESS = 'redis.topology warn';

function at(which: 'secured' | 'plain', tls: JsonObject, over: JsonObject = {}) {
  const { host, port, password } = servers.get()[which];
  const redis: JsonObject = { host, port, password: { env: 'PW' }, tls, ...over };
  return [redis, { 'redis.password': password }] as const;
}

const trusting = (): JsonObject => ({ mode: 'verify-full', caFile: servers.get().own.caFile });

describe('Redis behind TLS', () => {
  it.each<[JsonObject]>([[{ mode: 'verify-full' }], [{ mode: 'require' }]])(
    'gives no finding with %j',
    async (mode) => {
      const { findings, evidence } = await probeRedis(...at('secured', { ...trusting(), ...mode }));
      expect(findings).toEqual([ONE_ADDRESS]);
      expect(evidence?.server?.certificate).toMatchObject({ protocol: 'TLSv1.3', issuer: "difyctl's tests" });
    },
  );

  it.each<['expired' | 'wrong host' | 'untrusted' | 'ending soon', string, RegExp]>([
    ['expired', 'redis.tls fail', /expired on/],
    ['wrong host', 'redis.tls fail', /another host: redis\.example\.test/],
    ['untrusted', 'redis.tls fail', /is not trusted/],
    ['ending soon', 'redis.tls warn', /expires in 9 days/],
  ])('whose certificate is %s: %s', async (which, finding, words) => {
    const { show, certificates, own } = servers.get();
    await show(certificates[which]);
    const { findings, of } = await probeRedis(...at('secured', trusting())).finally(() => show(own));
    expect(findings).toEqual([ONE_ADDRESS, finding]);
    expect(of('redis.tls').message).toMatch(words);
  });

  it('signed by a CA that the file does not name', async () => {
    const { findings } = await probeRedis(...at('secured', { mode: 'verify-full' }));
    expect(findings).toEqual([ONE_ADDRESS, 'redis.tls fail']);
  });

  it('with a CA file that does not exist', async () => {
    const { findings, of } = await probeRedis(...at('secured', { mode: 'verify-full', caFile: './nowhere.pem' }));
    expect(findings).toEqual([ONE_ADDRESS, 'redis.tls fail']);
    expect(of('redis.tls').message).toMatch(/nowhere\.pem cannot be read/);
  });
});

describe('TLS on only one side', () => {
  it.each<['secured' | 'plain', JsonObject, RegExp]>([
    ['secured', { mode: 'disable' }, /may accept only TLS/],
    ['plain', { mode: 'require' }, /TLS/],
  ])('a server that is %s, probed with %j', async (which, tls, words) => {
    const { findings, of } = await probeRedis(...at(which, tls), {
      file: { recovery: { redis: { persistence: 'none' } } },
    });
    expect(findings).toEqual([ONE_ADDRESS, 'redis.tls fail']);
    expect(of('redis.tls')).toMatchObject({
      message: expect.stringMatching(words),
      remedy: expect.stringMatching(/redis\.tls\.mode/),
    });
  });
});

describe('the URL of the agent backend', () => {
  const look = (url: string) => {
    const [redis, secrets] = at('plain', { mode: 'disable' }, { agentUrl: { env: 'URL' } });
    return probeRedis(
      redis,
      { ...secrets, 'redis.agentUrl': url },
      { file: { recovery: { redis: { persistence: 'none' } } } },
    );
  };
  const good = () => {
    const { host, port, password } = servers.get().plain;
    return { host, port, password, secured: servers.get().secured };
  };

  it('is probed', async () => {
    const { host, port, password } = good();
    const { findings, of } = await look(`redis://:${password}@${host}:${port}/2`);
    expect(findings).toEqual([ONE_ADDRESS]);
    expect(of('redis.agent-backend')).toMatchObject({ status: 'pass', message: `${host}:${port}, database 2` });
  });

  it.each<[what: string, url: () => string, words: RegExp]>([
    ['a wrong password', () => `redis://:wrong@${good().host}:${good().port}/2`, /password of user default is wrong/],
    [
      'a database that is not there',
      () => `redis://:${good().password}@${good().host}:${good().port}/99`,
      /database 99 .* has no database/,
    ],
    [
      'TLS with an authority that nobody knows',
      () => `rediss://:${good().secured.password}@${good().secured.host}:${good().secured.port}/2`,
      /is not trusted/,
    ],
    ['Sentinel', () => 'sentinel://:secret-of-agent@s1:26379/2', /starts with neither/],
    ['a password that is not encoded', () => 'redis://:secret-of-agent/with-slash@s1:6379/2', /percent-encode/],
    ['a password with a hash', () => 'redis://:secret-of-agent#x@s1:6379/2', /percent-encode/],
  ])('with %s', async (_, url, words) => {
    const { findings, of, results } = await look(url());
    expect(findings).toEqual([ONE_ADDRESS, 'redis.agent-backend fail']);
    expect(of('redis.agent-backend').message).toMatch(words);
    expect(JSON.stringify(results)).not.toMatch(/secret-of-agent|wrong@/);
  });
});
