import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { type Dial, dialHere } from '../../src/net/dial.ts';
import { poll } from '../../src/rehearsal/plane/poll.ts';
import { probeRedis } from '../support/redis.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startListener } from '../testbed/services/listener.ts';
import { type RedisService, startRedis } from '../testbed/services/redis.ts';

const PASSWORD = 'a password: with @ / # ? % in it';

/**
 * A master with a replica, a node of a cluster, a server with one database and no EVAL, and one whose disk will fail.
 */
async function startAll() {
  const settings = { requirepass: `"${PASSWORD}"`, masterauth: `"${PASSWORD}"` };
  const start = (over: Readonly<Record<string, string | number>>) =>
    startRedis({ password: PASSWORD, settings: { ...settings, ...over } });
  const main = await start({ appendonly: 'yes' });
  const [replica, cluster, small, full, silent] = await Promise.all([
    start({ replicaof: `${main.host} ${main.port}` }),
    start({ 'cluster-enabled': 'yes' }),
    start({ databases: 1, 'rename-command': 'EVAL ""' }),
    start({ 'enable-protected-configs': 'yes' }),
    startListener(),
  ]);
  const follows = async () => ((await main.command('INFO', 'replication')).includes('state=online') ? true : undefined);
  await poll('the replica follows', follows, { timeoutMs: 20_000 });
  const stop = async () => {
    await Promise.all([main, replica, cluster, small, full, silent].map((one) => one.stop()));
  };
  return { main, replica, cluster, small, full, silent, stop };
}

const servers = useTestbed(startAll, (all) => all.stop());

/** A standalone address is a warning of its own, whatever else is right. */
const ONE_ADDRESS = 'redis.topology warn';

const at = ({ host, port }: { readonly host: string; readonly port: number }, over: JsonObject = {}): JsonObject => ({
  host,
  port,
  password: { env: 'PW' },
  ...over,
});
const known = { 'redis.password': PASSWORD };

/** Sets these for the time of `work`. */
async function withSettings<T>(
  server: RedisService,
  settings: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  const before = await Promise.all(
    Object.keys(settings).map(
      async (name) => [name, (await server.command('CONFIG', 'GET', name)).split('\n')[1] ?? ''] as const,
    ),
  );
  const set = async (name: string, value: string) =>
    expect(await server.command('CONFIG', 'SET', name, value)).toBe('OK');
  for (const [name, value] of Object.entries(settings)) await set(name, value);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) await set(name, value);
  }
}

describe('a healthy Redis', () => {
  it('gives only the finding of a single address, and is not changed', async () => {
    const { main } = servers.get();
    const { findings, of, evidence } = await probeRedis(at(main), known);
    expect(findings).toEqual([ONE_ADDRESS]);
    expect(of('redis.topology').message).toMatch(/1 replica behind it/);
    expect(of('redis.replication')).toMatchObject({
      status: 'pass',
      message: expect.stringMatching(/\d s and \d+ bytes behind/),
    });
    expect(evidence?.server?.databases.map(({ use, number }) => [use, number])).toEqual([
      ['cache', 0],
      ['broker', 1],
      ['agent', 2],
    ]);
    expect(await main.command('INFO', 'keyspace')).toBe('# Keyspace');
    expect(JSON.stringify(evidence)).not.toContain('a password');
  });

  it('gives no finding if a failover is declared, and the replica is found', async () => {
    const managed = { by: 'aws-elasticache', ha: true };
    const { findings } = await probeRedis(at(servers.get().main, { managed }), known);
    expect(findings).toEqual([]);
  });

  it('can be probed by a user with exactly the rights that the remedy names', async () => {
    const { main } = servers.get();
    await main.command(
      'ACL',
      'SETUSER',
      'dify',
      'reset',
      'on',
      '>secret-of-dify',
      '~*',
      '&*',
      '+@all',
      '-@dangerous',
      '+info',
      '+config|get',
    );
    const { findings } = await probeRedis(at(main, { username: 'dify' }), { 'redis.password': 'secret-of-dify' });
    expect(findings).toEqual([ONE_ADDRESS]);
  });
});

const NO_PASSWORD: JsonObject = {};

describe('a user without a right', () => {
  it.each<[what: string, rules: readonly string[], finding: string, words: RegExp]>([
    [
      'is off',
      ['off', '~*', '&*', '+@all'],
      'redis.login fail',
      /user tried is wrong, or that user does not exist or is disabled/,
    ],
    [
      'may only read',
      ['on', '~*', '&*', '+@read', '+@connection', '+info'],
      'redis.rights fail',
      /user tried may not run SET/,
    ],
    ['has keys of its own only', ['on', '~dify:*', '&*', '+@all'], 'redis.rights fail', /may not run SET/],
    [
      'has no channels',
      ['on', '~*', 'resetchannels', '+@all'],
      'redis.rights fail',
      /may not run PUBLISH, SUBSCRIBE and PSUBSCRIBE .*Celery/,
    ],
    ['may run no scripts', ['on', '~*', '&*', '+@all', '-@scripting'], 'redis.rights fail', /EVAL, EVALSHA and SCRIPT/],
    ['may not block', ['on', '~*', '&*', '+@all', '-@blocking'], 'redis.rights fail', /BRPOP/],
    ['may not choose a database', ['on', '~*', '&*', '+@all', '-select'], 'redis.rights fail', /SELECT/],
    ['may not look', ['on', '~*', '&*', '+@all', '-@dangerous'], 'redis.version unknown', /not observed/],
  ])('a user who %s', async (_, rules, finding, words) => {
    const { main } = servers.get();
    await main.command('ACL', 'SETUSER', 'tried', 'reset', '>secret-of-tried', ...rules);
    const { findings, of } = await probeRedis(at(main, { username: 'tried' }), {
      'redis.password': 'secret-of-tried',
    });
    expect(findings).toEqual([ONE_ADDRESS, finding]);
    expect(of(finding.split(' ')[0] ?? '').message).toMatch(words);
  });

  it.each<[what: string, redis: JsonObject, secrets: Readonly<Record<string, string>>, words: RegExp]>([
    ['a wrong password', {}, { 'redis.password': 'wrong-password' }, /password of user default is wrong/],
    ['no password', NO_PASSWORD, {}, /requires a password/],
    ['a user that is not there', { username: 'nobody' }, known, /user nobody/],
  ])('%s', async (_what, over, secrets, words) => {
    const { password: _, ...open } = at(servers.get().main);
    const redis = over === NO_PASSWORD ? open : at(servers.get().main, over);
    const { findings, of, results } = await probeRedis(redis, secrets);
    expect(findings).toEqual([ONE_ADDRESS, 'redis.login fail']);
    expect(of('redis.login')).toMatchObject({
      message: expect.stringMatching(words),
      remedy: expect.stringMatching(/^redis-cli -h .* PING/),
    });
    expect(JSON.stringify(results)).not.toMatch(/wrong-password|a password: with/);
  });

  it('a password for a server that asks for none', async () => {
    const { small } = servers.get();
    const look = () => probeRedis(at(small), known);
    await small.command('CONFIG', 'SET', 'requirepass', '');
    const { findings, of } = await look().finally(() => small.command('CONFIG', 'SET', 'requirepass', PASSWORD));
    expect(findings).toEqual([ONE_ADDRESS, 'redis.login fail']);
    expect(of('redis.login').message).toMatch(/requires no password/);
  });

  it('a missing password is not a finding of Redis', async () => {
    const { findings, of } = await probeRedis(at(servers.get().main), {});
    expect(findings).toEqual([ONE_ADDRESS]);
    expect(of('redis.login')).toMatchObject({ status: 'skip', message: 'skipped: see config.secrets' });
  });
});

describe('settings that endanger Dify', () => {
  const AOF: JsonObject = { recovery: { redis: { persistence: 'aof' } } };
  const RDB: JsonObject = { recovery: { redis: { persistence: 'rdb' } } };

  it.each<[settings: Readonly<Record<string, string>>, file: JsonObject, finding: string, words: RegExp]>([
    [{ 'maxmemory-policy': 'allkeys-lru' }, {}, 'redis.eviction-policy fail', /silently evicts queued/],
    [{ 'maxmemory-policy': 'volatile-lru' }, {}, 'redis.eviction-policy warn', /evicts keys with an expiry/],
    [{ maxmemory: '100000' }, {}, 'redis.writes fail', /memory is full/],
    [{ maxmemory: '900mb' }, {}, 'redis.size warn', /944 MB maxmemory/],
    [{ maxclients: '600' }, {}, 'redis.connections warn', /at its peak/],
    [{ maxclients: '100' }, {}, 'redis.connections fail', /when idle/],
    [{ timeout: '5' }, {}, 'redis.connections warn', /timeout is 5 s/],
    [{ maxmemory: '900000gb' }, {}, 'redis.size warn', /the kernel kills Redis before it reaches maxmemory/],
    [{ 'min-replicas-to-write': '3' }, {}, 'redis.writes fail', /too few replicas/],
    [{ appendonly: 'no' }, AOF, 'redis.persistence fail', /saves; recovery\.redis\.persistence is aof/],
    [{ appendonly: 'no', save: '' }, RDB, 'redis.persistence fail', /nothing on disk/],
  ])('%j', async (settings, file, finding, words) => {
    const { main } = servers.get();
    const { findings, of } = await withSettings(main, settings, () => probeRedis(at(main), known, { file }));
    expect(findings).toEqual([ONE_ADDRESS, finding]);
    expect(of(finding.split(' ')[0] ?? '').message).toMatch(words);
  });

  it('saves that fail stop all writes', async () => {
    const { full } = servers.get();
    await full.command('CONFIG', 'SET', 'dir', '/proc');
    await full.command('BGSAVE');
    const failed = async () => (await full.command('INFO', 'persistence')).includes('rdb_last_bgsave_status:err');
    await expect.poll(failed, { timeout: 10_000 }).toBe(true);
    const { findings, of } = await probeRedis(at(full), known);
    expect(findings).toEqual([ONE_ADDRESS, 'redis.writes fail']);
    expect(of('redis.writes').message).toMatch(/last save to disk failed/);
  });
});

describe('a server that answers only some commands', () => {
  it('while its writes are paused', async () => {
    const { main } = servers.get();
    await main.command('CLIENT', 'PAUSE', '60000', 'WRITE');
    const { findings, of } = await probeRedis(at(main), known).finally(() => main.command('CLIENT', 'UNPAUSE'));
    expect(findings).toEqual([ONE_ADDRESS, 'redis.writes fail']);
    expect(of('redis.writes')).toMatchObject({
      message: expect.stringMatching(/never answers SET/),
      remedy: expect.stringMatching(/CLIENT UNPAUSE/),
    });
  });

  it('while a script does not end', async () => {
    const { replica } = servers.get();
    await replica.command('CONFIG', 'SET', 'busy-reply-threshold', '100');
    const running = replica.command('EVAL', 'while true do end', '0');
    const answer = () => replica.command('PING');
    await expect.poll(answer, { timeout: 10_000 }).toMatch(/BUSY/);
    const { findings, of } = await probeRedis(at(replica), known);
    await replica.command('SCRIPT', 'KILL');
    await running;
    expect(findings).toEqual([ONE_ADDRESS, 'redis.login fail']);
    expect(of('redis.login')).toMatchObject({
      message: expect.stringMatching(/runs a script that does not finish/),
      remedy: expect.stringMatching(/SCRIPT KILL/),
    });
  });
});

describe('a server that Dify cannot use', () => {
  it.each<[server: 'replica' | 'cluster', finding: string, words: RegExp]>([
    ['replica', 'redis.role fail', /read-only replica of 127\.0\.0\.1:\d+/],
    ['cluster', 'redis.cluster-mode fail', /cluster mode/],
  ])('a %s', async (server, finding, words) => {
    const { findings, of } = await probeRedis(at(servers.get()[server]), known);
    expect(findings).toEqual([ONE_ADDRESS, finding]);
    expect(of(finding.split(' ')[0] ?? '').message).toMatch(words);
  });

  it.each<[other: 'replica' | 'small', words: RegExp]>([
    ['replica', /\d of 6 connections to .* reached a read-only replica/],
    ['small', /2 servers answer at .* in turn/],
  ])('an address that leads to a master and to a %s in turn', async (other, words) => {
    const { main, [other]: second } = servers.get();
    let turn = 0;
    const dial: Dial = (_host, _port, options) => {
      turn += 1;
      const to = turn % 2 === 0 ? second : main;
      return dialHere(to.host, to.port, options);
    };
    const { of } = await probeRedis(at(main), known, { context: { dial } });
    expect(of('redis.role')).toMatchObject({ status: 'fail', message: expect.stringMatching(words) });
  });

  it('a server with one database and a disabled command', async () => {
    const { findings, of } = await probeRedis(at(servers.get().small), known);
    expect(findings).toEqual([ONE_ADDRESS, 'redis.databases fail', 'redis.rights fail', 'redis.persistence fail']);
    expect(of('redis.databases').message).toMatch(
      /database 1 \(broker\) and database 2 \(agent\) .* has no database with this number/,
    );
    expect(of('redis.rights')).toMatchObject({
      message: expect.stringMatching(/^Redis does not know EVAL/),
      remedy: expect.stringMatching(/rename-command/),
    });
  });

  it('a host that takes connections and never answers', async () => {
    const { findings, of } = await probeRedis(at(servers.get().silent), known);
    expect(findings).toEqual([ONE_ADDRESS, 'redis.login fail']);
    expect(of('redis.login').message).toMatch(/never answers/);
  });

  it.each<['compose' | 'kubernetes', string]>([
    ['compose', 'redis.reachable fail'],
    ['kubernetes', 'redis.reachable warn'],
  ])('a port where nothing listens, for %s', async (target, finding) => {
    const { findings } = await probeRedis(at({ host: '127.0.0.1', port: 9 }), known, { target });
    expect(findings).toEqual([ONE_ADDRESS, finding]);
  });
});

describe('a managed Redis that hides its settings', () => {
  const managed = { by: 'aws-elasticache', ha: true, size: { memory: '4Gi' } };
  const rules = ['~*', '&*', '+@all', '-@dangerous'];

  it.each<[what: string, rules: readonly string[], findings: readonly string[]]>([
    ['refuses CONFIG', [...rules, '+info'], ['redis.persistence warn']],
    ['refuses INFO too', rules, ['redis.topology warn', 'redis.version warn']],
  ])('%s', async (_, granted, expected) => {
    const { main } = servers.get();
    await main.command('ACL', 'SETUSER', 'tenant', 'reset', 'on', '>secret-of-tenant', ...granted);
    const look = () => probeRedis(at(main, { managed, username: 'tenant' }), { 'redis.password': 'secret-of-tenant' });
    const { findings, results } = await withSettings(main, { appendonly: 'no', save: '' }, look);
    expect(findings).toEqual(expected);
    for (const { id, status, message } of results)
      if (status === 'warn') expect(message, id).toMatch(/declared, not seen/);
  });
});

// Last, because no later login can reset it.
it('a server that has reached its client limit', async () => {
  const { full } = servers.get();
  await full.command('CONFIG', 'SET', 'maxclients', '1');
  const { findings, of } = await probeRedis(at(full), known);
  expect(findings).toEqual([ONE_ADDRESS, 'redis.login fail']);
  expect(of('redis.login').remedy).toMatch(/CONFIG SET maxclients/);
});
