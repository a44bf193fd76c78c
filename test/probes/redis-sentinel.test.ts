import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { connectFault, type Dial, dialHere } from '../../src/net/dial.ts';
import { type LookOptions, probeRedis } from '../support/redis.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { type SentinelService, startRedisSentinel } from '../testbed/services/redis-sentinel.ts';

const settings = { appendonly: 'yes' };

/** A healthy group, one that loses members, one with replicas of all kinds, and one without replicas. */
async function startAll() {
  const [sound, breaking, heirs, lone] = await Promise.all([
    startRedisSentinel({ settings }),
    startRedisSentinel({ settings }),
    startRedisSentinel({ settings, replicas: 2 }),
    startRedisSentinel({ settings, replicas: 0, sentinels: 2, quorum: 1 }),
  ]);
  const stop = async () => {
    await Promise.all([sound, breaking, heirs, lone].map((one) => one.stop()));
  };
  return { sound, breaking, heirs, lone, stop };
}

const groups = useTestbed(startAll, (all) => all.stop());

interface Over {
  readonly redis?: JsonObject;
  readonly sentinel?: JsonObject;
  readonly secrets?: Readonly<Record<string, string>>;
}

function look(
  group: SentinelService,
  { redis = {}, sentinel = {}, secrets = {} }: Over = {},
  options: LookOptions = {},
) {
  const [server] = group.servers;
  const nodes = group.sentinels.map(({ host, port }) => `${host}:${port}`);
  const block: JsonObject = {
    topology: 'sentinel',
    sentinel: { master: group.master, nodes, password: { env: 'SENTINEL' }, ...sentinel },
    password: { env: 'PW' },
    agentUrl: { env: 'AGENT' },
    ...redis,
  };
  const known = {
    'redis.password': group.password,
    'redis.sentinel.password': group.sentinelPassword,
    'redis.agentUrl': `redis://:${group.password}@${server?.host}:${server?.port}/2`,
  };
  return probeRedis(block, { ...known, ...secrets }, options);
}

describe('Redis with three sentinels', () => {
  it.each(['compose', 'kubernetes'] as const)('gives no finding on %s', async (target) => {
    const { findings, evidence, of } = await look(groups.get().sound, {}, { target });
    expect(findings).toEqual([]);
    expect(
      evidence?.sentinels.map(({ quorum, sentinels, replicas, downAfterMs }) => [
        quorum,
        sentinels,
        replicas,
        downAfterMs,
      ]),
    ).toEqual(Array(3).fill([2, 3, 1, 1_000]));
    expect(of('redis.sentinels').message).toBe('3 sentinels, quorum 2, all up and in agreement');
  });

  it.each<[what: string, over: Over, finding: string, words: RegExp]>([
    [
      'another name of the master',
      { sentinel: { master: 'elsewhere' } },
      'redis.master fail',
      /no sentinel watches a master named elsewhere; they watch mymaster/,
    ],
    [
      'a wrong password of the sentinels',
      { secrets: { 'redis.sentinel.password': 'wrong-one' } },
      'redis.login fail',
      /wrong/,
    ],
    ['a wrong password of the master', { secrets: { 'redis.password': 'wrong-one' } }, 'redis.login fail', /wrong/],
    ['a version whose events break', {}, 'redis.event-bus fail', /1\.14\.0 with Sentinel/],
  ])('%s', async (what, over, finding, words) => {
    const file: JsonObject = what.startsWith('a version') ? { version: '1.14.0' } : {};
    const { findings, of, results } = await look(groups.get().sound, over, { file });
    expect(findings).toEqual([finding]);
    expect(of(finding.split(' ')[0] ?? '').message).toMatch(words);
    expect(JSON.stringify(results)).not.toContain('wrong-one');
  });

  it('a user name that Celery cannot send', async () => {
    const { sound } = groups.get();
    for (const at of sound.sentinels)
      await sound.command(at, 'ACL', 'SETUSER', 'dify', 'on', '>secret-of-user', 'allchannels', '+@all');
    const { findings, of } = await look(sound, {
      sentinel: { username: 'dify' },
      secrets: { 'redis.sentinel.password': 'secret-of-user' },
    });
    expect(findings).toEqual(['redis.sentinel-client fail']);
    expect(of('redis.sentinel-client').message).toMatch(/only user dify can log in, but Celery/);
  });

  it('TLS, which Dify does not speak there', async () => {
    const { findings } = await look(groups.get().sound, { redis: { tls: { mode: 'require' } } });
    expect(findings).toEqual(['redis.sentinel-client fail', 'redis.tls fail']);
  });

  it('a Redis server in the list of sentinels', async () => {
    const { sound } = groups.get();
    const [server] = sound.servers;
    const nodes = [...sound.sentinels.slice(0, 2), { host: server?.host ?? '', port: server?.port ?? 0 }].map(
      ({ host, port }) => `${host}:${port}`,
    );
    const secrets = { 'redis.sentinel.password': sound.password };
    for (const at of sound.sentinels) await sound.command(at, 'ACL', 'SETUSER', 'default', `>${sound.password}`);
    const { findings, of } = await look(sound, { sentinel: { nodes }, secrets });
    expect(findings).toEqual(['redis.sentinels warn']);
    expect(of('redis.sentinels').message).toMatch(/is a Redis server, not a sentinel/);
  });

  it('a sentinel instead of the server', async () => {
    const { sound } = groups.get();
    const [sentinel] = sound.sentinels;
    const block = { host: sentinel?.host ?? '', port: sentinel?.port ?? 0, password: { env: 'PW' } };
    const { findings } = await probeRedis(block, { 'redis.password': sound.sentinelPassword });
    expect(findings).toEqual(['redis.topology warn', 'redis.role fail']);
  });

  it.each<['compose' | 'kubernetes', string]>([
    ['compose', 'redis.master fail'],
    ['kubernetes', 'redis.master warn'],
  ])('a master whose address is not reached from this machine: on %s %s', async (target, finding) => {
    const { sound } = groups.get();
    const servers = sound.servers.map(({ port }) => port);
    const dial: Dial = (host, port, options) =>
      servers.includes(port) ? Promise.reject(connectFault('ETIMEDOUT')) : dialHere(host, port, options);
    const { findings } = await look(sound, { redis: { agentUrl: { env: 'AGENT' } } }, { target, context: { dial } });
    expect(findings.filter((one) => !one.startsWith('redis.agent'))).toEqual([finding]);
  });

  it('a failover that takes longer than the RTO', async () => {
    const { findings } = await look(groups.get().sound, {}, { file: { recovery: { rto: '5s' } } });
    expect(findings).toEqual(['redis.failover-timing fail']);
  });
});

describe('replicas that could take over', () => {
  it('must accept Dify’s login, because sentinels would send it there', async () => {
    const { heirs } = groups.get();
    const [, first, second] = heirs.servers;
    if (first === undefined || second === undefined) throw new Error('too few');
    expect((await look(heirs)).findings).toEqual([]);
    await heirs.command(first, 'CONFIG', 'SET', 'requirepass', 'another');
    const one = await look(heirs);
    expect(one.findings).toEqual(['redis.replication warn']);
    expect(one.of('redis.replication').message).toMatch(/after a failover Dify could not connect: .* password of user/);

    const hidden: Dial = (host, port, options) =>
      port === second.port ? Promise.reject(connectFault('ECONNREFUSED')) : dialHere(host, port, options);
    const both = await look(heirs, {}, { context: { dial: hidden } });
    expect(both.findings).toEqual(['redis.replication fail']);
  });

  it('do not count if sentinels report them as down', async () => {
    const { heirs } = groups.get();
    const [sentinel] = heirs.sentinels;
    const [, , second] = heirs.servers;
    if (sentinel === undefined || second === undefined) throw new Error('too few');
    await heirs.kill(second);
    const replicas = () => heirs.command(sentinel, 'SENTINEL', 'REPLICAS', heirs.master);
    await expect.poll(replicas, { timeout: 20_000 }).toMatch(/s_down/);
    const nobody = await look(heirs);
    expect(nobody.findings).toEqual(['redis.replication fail']);
    expect(nobody.of('redis.replication').message).toMatch(/could not connect/);
  });
});

describe('a group that is too small', () => {
  it('has no replica, and too few sentinels', async () => {
    const { findings, of } = await look(groups.get().lone);
    expect(findings).toEqual(['redis.topology fail', 'redis.sentinels warn', 'redis.replication fail']);
    expect(of('redis.sentinels').message).toMatch(/an even number/);
  });
});

describe('a group that loses members', () => {
  it('disagrees, loses a sentinel, then the quorum', async () => {
    const { breaking } = groups.get();
    const [, second, third] = breaking.sentinels;
    const [, replica] = breaking.servers;
    if (second === undefined || third === undefined || replica === undefined) throw new Error('too few');
    await breaking.command(third, 'SENTINEL', 'REMOVE', breaking.master);
    const unknowing = await look(breaking);
    expect(unknowing.findings).toEqual(['redis.sentinels warn']);
    expect(unknowing.of('redis.sentinels').message).toMatch(/does not watch the master; 2 of 3 up, quorum 2/);
    const [master] = breaking.servers;
    await breaking.command(
      third,
      'SENTINEL',
      'MONITOR',
      breaking.master,
      master?.host ?? '',
      String(master?.port),
      '2',
    );
    await breaking.command(third, 'SENTINEL', 'SET', breaking.master, 'down-after-milliseconds', '500');
    const flags = () => breaking.command(third, 'SENTINEL', 'MASTER', breaking.master);
    await expect.poll(flags, { timeout: 20_000 }).toMatch(/s_down/);
    await expect.poll(flags, { timeout: 20_000 }).toMatch(/num-other-sentinels\n2/);
    const doubting = await look(breaking);
    expect(doubting.findings).toEqual(['redis.sentinels warn']);
    expect(doubting.of('redis.sentinels').message).toMatch(/reports the master as down, and the others do not/);
    await breaking.command(third, 'SENTINEL', 'REMOVE', breaking.master);
    await breaking.command(third, 'SENTINEL', 'MONITOR', breaking.master, replica.host, String(replica.port), '2');
    await breaking.command(third, 'SENTINEL', 'SET', breaking.master, 'auth-pass', breaking.password);
    const disagreeing = await look(breaking);
    expect(disagreeing.findings).toEqual(['redis.sentinels fail']);
    expect(disagreeing.of('redis.sentinels').message).toMatch(/disagree on the master/);

    await breaking.kill(third);
    const shaken = await look(breaking);
    expect(shaken.findings).toEqual(['redis.sentinels warn']);
    expect(shaken.of('redis.sentinels').message).toMatch(/refuses the connection.*; 2 of 3 up, quorum 2/);

    await breaking.kill(second);
    const lost = await look(breaking);
    expect(lost.findings).toEqual(['redis.sentinels fail']);
    expect(lost.of('redis.sentinels').message).toMatch(/1 of 3 sentinels up, quorum 2: a failover needs 2/);

    await breaking.kill(replica);
    const gone = async () =>
      (await breaking.command(breaking.servers[0] ?? replica, 'INFO', 'replication')).includes('connected_slaves:0');
    await expect.poll(gone, { timeout: 20_000 }).toBe(true);
    expect((await look(breaking)).findings).toEqual(['redis.sentinels fail', 'redis.replication fail']);
  });
});
