import { describe, expect, it } from 'vitest';
import { deepMerge, type JsonObject } from '../../../src/base/json.ts';
import {
  type CandidateFact,
  REDIS,
  type RedisFacts,
  type RedisServerFact,
  type SentinelFact,
} from '../../../src/evidence/redis/facts.ts';
import type { RedisInfo } from '../../../src/evidence/redis/info.ts';
import type { FaultFact } from '../../../src/net/probe-error.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES, type SampleName } from '../../support/deployments.ts';

const INFO: RedisInfo = {
  version: '7.2.4',
  mode: 'standalone',
  isCluster: false,
  role: 'master',
  replicas: [{ address: '10.0.0.2:6379', state: 'online', lagSeconds: 1, behindBytes: 0 }],
  maxMemory: 4e9,
  maxMemoryPolicy: 'noeviction',
  usedMemory: 1e8,
  maxClients: 10_000,
  isAof: true,
  aofWriteStatus: 'ok',
  rdbStatus: 'ok',
};

function server(info: Partial<RedisInfo> = {}, over: Partial<RedisServerFact> = {}): RedisServerFact {
  const databases = [
    { use: 'cache', number: 0 },
    { use: 'broker', number: 1 },
  ] as const;
  return {
    address: 'redis.example.internal:6379',
    info: { ...INFO, ...info },
    settings: {},
    databases,
    refused: [],
    ...over,
  };
}

function sentinel(number: number, over: Partial<SentinelFact> = {}): SentinelFact {
  return {
    address: `s${number}.example.internal:26379`,
    master: 'redis.example.internal:6379',
    otherMasters: [],
    flags: ['master'],
    downSentinels: [],
    quorum: 2,
    sentinels: 3,
    replicas: 1,
    downAfterMs: 5_000,
    failoverTimeoutMs: 60_000,
    ...over,
  };
}

const THREE = [sentinel(1), sentinel(2), sentinel(3)];
const secured: FaultFact = { stage: 'tls', code: 'ECONNRESET', text: 'closes the connection' };
const silent: FaultFact = { stage: 'login', code: 'ETIMEDOUT', text: 'never answers' };
const away: FaultFact = { stage: 'connect', code: 'ETIMEDOUT', text: 'does not answer' };

function verdict(id: string, sample: SampleName, evidence: RedisFacts, over: JsonObject = {}) {
  const deployment = parsedDeployment(deepMerge(SAMPLE_FILES[sample], over) as JsonObject);
  const { status, message } = judged(checkOf(id), { deployment, seen: [[REDIS, evidence]] });
  return [status, message];
}

const STANDALONE: SampleName = 'prod-kubernetes-s3-qdrant';
const SENTINEL: SampleName = 'prod-kubernetes-sentinel-azure-pgvector';
const COMPOSE: SampleName = 'prod-compose-sentinel-azure-elasticsearch';
const MANAGED: JsonObject = { redis: { managed: { by: 'aws-elasticache', ha: true } } };
const { version: _version, maxMemoryPolicy: _policy, maxClients: _clients, isAof: _aof, ...SPARSE } = INFO;

describe('one server', () => {
  it.each<[id: string, evidence: RedisServerFact, over: JsonObject, status: string, words: RegExp]>([
    ['redis.version', server({ version: '5.0.14' }), {}, 'fail', /Redis 5\.0\.14/],
    ['redis.version', server({ version: '5.0.14' }), { tier: 'test' }, 'warn', /Redis 5/],
    ['redis.version', server({}, { info: SPARSE }), {}, 'unknown', /not observed/],
    ['redis.version', server({}, { info: SPARSE }), MANAGED, 'warn', /declared, not seen/],
    ['redis.eviction-policy', server({}, { info: SPARSE }), MANAGED, 'warn', /declared, not seen/],
    [
      'redis.eviction-policy',
      server({}, { info: SPARSE, settings: { 'maxmemory-policy': 'allkeys-lfu' } }),
      {},
      'fail',
      /allkeys-lfu/,
    ],
    ['redis.eviction-policy', server({ maxMemoryPolicy: 'volatile-ttl' }), { tier: 'test' }, 'warn', /volatile-ttl/],
    ['redis.connections', server({}, { info: SPARSE }), {}, 'unknown', /maxclients/],
    ['redis.connections', server({}, { info: SPARSE, settings: { maxclients: '10000' } }), {}, 'pass', /10000/],
    ['redis.connections', server({ maxClients: 1_000 }), { components: { api: { replicas: 12 } } }, 'warn', /12 api/],
    ['redis.size', server({ maxMemory: 1.5e9 }), {}, 'warn', /1\.5 GB maxmemory; expected 2 GB/],
    ['redis.size', server({ maxMemory: 1.5e9 }), { tier: 'test' }, 'pass', /1\.5 GB/],
    ['redis.size', server({ maxMemory: 4e9, usedMemory: 3.9e9 }), {}, 'warn', /98 % of maxmemory 4 GB/],
    [
      'redis.size',
      server({ maxMemory: 0 }),
      { redis: { managed: { by: 'x', size: { memory: '1Gi' } } } },
      'warn',
      /declared/,
    ],
    [
      'redis.persistence',
      server({ isAof: false, rdbSavedAt: 1_795_300_000, uptimeSeconds: 90_000 }),
      { recovery: { redis: { persistence: 'rdb' } } },
      'pass',
      /saves/,
    ],
    ['redis.persistence', server({ isAof: false }), {}, 'unknown', /not observed/],
    ['redis.persistence', server({ isAof: false }), MANAGED, 'warn', /declared, not seen/],
    ['redis.persistence', server({ aofWriteStatus: 'err' }), {}, 'fail', /append-only file failed/],
    [
      'redis.persistence',
      server({ isAof: false }),
      { recovery: { redis: { persistence: 'none' } } },
      'pass',
      /the recovery plan requires no persistence/,
    ],
    [
      'redis.role',
      server({ role: 'replica', masterAddress: '10.0.0.1:6379' }),
      {},
      'fail',
      /replica of 10\.0\.0\.1:6379/,
    ],
    ['redis.writes', server({ role: 'replica' }), {}, 'skip', /see redis\.role/],
    ['redis.writes', server({ isCluster: true }), {}, 'skip', /see redis\.cluster-mode/],
    ['redis.login', server({}, { fault: away }), {}, 'skip', /see redis\.reachable/],
    ['redis.topology', server({ replicas: [] }), MANAGED, 'warn', /declared, not seen/],
    ['redis.topology', server(), MANAGED, 'pass', /1 replica/],
  ])('%s %#', (id, evidence, over, status, words) => {
    expect(verdict(id, STANDALONE, { sentinels: [], server: evidence }, over)).toEqual([
      status,
      expect.stringMatching(words),
    ]);
  });
});

describe('sentinels and their master', () => {
  it.each<[id: string, sample: SampleName, evidence: RedisFacts, status: string, words: RegExp]>([
    ['redis.sentinels', SENTINEL, { sentinels: THREE, server: server() }, 'pass', /in agreement/],
    // From outside the cluster a sentinel that does not connect may well be up; what its fellows say counts.
    [
      'redis.sentinels',
      SENTINEL,
      { sentinels: [...THREE.slice(0, 2), { ...bare(3), fault: away }], server: server() },
      'warn',
      /its peers report that all 3 are up/,
    ],
    [
      'redis.sentinels',
      COMPOSE,
      { sentinels: [...THREE.slice(0, 2), { ...bare(3), fault: away }], server: server() },
      'warn',
      /2 of 3 up/,
    ],
    [
      'redis.sentinels',
      SENTINEL,
      { sentinels: THREE.slice(0, 2).map((one) => ({ ...one, downSentinels: ['10.0.0.3:26379'] })), server: server() },
      'warn',
      /10\.0\.0\.3:26379 is down, according to its peers/,
    ],
    [
      'redis.sentinels',
      COMPOSE,
      { sentinels: [sentinel(1), sentinel(2, { sentinels: 1 }), sentinel(3)], server: server() },
      'warn',
      /knows 1 of 3/,
    ],
    [
      'redis.sentinels',
      COMPOSE,
      { sentinels: THREE.map((one) => ({ ...one, sentinels: 1, quorum: 1 })), server: server() },
      'fail',
      /but they know 1/,
    ],
    [
      'redis.sentinels',
      COMPOSE,
      { sentinels: THREE.map((one) => ({ ...one, quorum: 4 })), server: server() },
      'fail',
      /quorum 4/,
    ],
    [
      'redis.sentinels',
      COMPOSE,
      { sentinels: [1, 2, 3].map((number) => ({ ...bare(number), fault: away })) },
      'skip',
      /see redis\.master/,
    ],
    ['redis.sentinel-client', COMPOSE, { sentinels: allWith(secured) }, 'fail', /Dify uses no TLS for sentinels/],
    ['redis.master', COMPOSE, { sentinels: allWith(secured) }, 'skip', /see redis\.sentinel-client/],
    ['redis.login', COMPOSE, { sentinels: allWith(secured) }, 'skip', /see redis\.sentinel-client/],
    ['redis.login', COMPOSE, { sentinels: allWith(silent) }, 'fail', /never answers/],
    [
      'redis.login',
      COMPOSE,
      { sentinels: [...THREE.slice(0, 2), { ...bare(3), fault: silent }], server: server() },
      'pass',
      /accepts the login/,
    ],
    [
      'redis.sentinels',
      COMPOSE,
      { sentinels: [...THREE.slice(0, 2), { ...bare(3), fault: silent }], server: server() },
      'warn',
      /never answers; 2 of 3 up/,
    ],
    [
      'redis.master',
      COMPOSE,
      { sentinels: [1, 2, 3].map((number) => ({ ...bare(number), fault: away })) },
      'skip',
      /see redis\.reachable/,
    ],
    [
      'redis.master',
      COMPOSE,
      {
        sentinels: THREE.map((one) => ({ ...one, master: '127.0.0.1:6379' })),
        server: server({}, { address: '127.0.0.1:6379' }),
      },
      'fail',
      /each client would connect to itself/,
    ],
    [
      'redis.master',
      COMPOSE,
      { sentinels: THREE.map((one) => ({ ...one, flags: ['master', 's_down'] })), server: server() },
      'fail',
      /as down/,
    ],
    [
      'redis.replication',
      COMPOSE,
      { sentinels: THREE, server: server({}, { settings: { 'min-replicas-to-write': '1' } }) },
      'warn',
      /accepts no writes/,
    ],
    [
      'redis.replication',
      COMPOSE,
      {
        sentinels: THREE,
        server: server({ replicas: [{ address: 'r', state: 'wait_bgsave', lagSeconds: 0, behindBytes: 0 }] }),
      },
      'fail',
      /not yet online/,
    ],
    [
      'redis.replication',
      COMPOSE,
      {
        sentinels: THREE,
        server: server({
          replicas: [...INFO.replicas, { address: 'r', state: 'online', lagSeconds: 60, behindBytes: 9 }],
        }),
      },
      'warn',
      /60 s/,
    ],
    [
      'redis.replication',
      COMPOSE,
      { sentinels: THREE, server: server({ replicas: [] }) },
      'fail',
      /nothing to fail over to/,
    ],
  ])('%s on %s %#', (id, sample, evidence, status, words) => {
    expect(verdict(id, sample, evidence)).toEqual([status, expect.stringMatching(words)]);
  });

  it.each([
    ['1.12.1', 'pass'],
    ['1.13.0', 'fail'],
    ['1.14.2', 'fail'],
    ['1.15.0', 'pass'],
  ])('the pub/sub events of Dify %s: %s', (version, status) => {
    expect(verdict('redis.event-bus', SENTINEL, { sentinels: [] }, { version })[0]).toBe(status);
  });
});

/** A sentinel that gave no answer. */
function bare(number: number): SentinelFact {
  return { address: `s${number}.example.internal:26379`, otherMasters: [], flags: [], downSentinels: [] };
}

function allWith(fault: FaultFact): readonly SentinelFact[] {
  return [1, 2, 3].map((number) => ({ ...bare(number), fault }));
}

describe('replicas that could take over', () => {
  const at = (number: number, over: Partial<CandidateFact> = {}): CandidateFact => ({
    address: `10.0.0.${number}:6379`,
    isUp: true,
    priority: 100,
    ...over,
  });
  const seen = (candidates: readonly CandidateFact[], faults: readonly (FaultFact | undefined)[] = []) => ({
    sentinels: THREE.map((one) => ({ ...one, candidates })),
    server: server(),
    failoverCandidates: candidates.map(({ address }, index) => {
      const fault = faults[index];
      return fault === undefined ? { address } : { address, fault };
    }),
  });
  const refused: FaultFact = { stage: 'login', code: 'WRONGPASS', text: 'refuses the login' };

  it.each<[string, SampleName, RedisFacts, string, RegExp]>([
    ['may', COMPOSE, seen([at(2), at(3)]), 'pass', /behind/],
    ['are not wanted', COMPOSE, seen([at(2, { priority: 0 })]), 'fail', /replica-priority is 0 on 10\.0\.0\.2:6379/],
    ['one of two is not wanted', COMPOSE, seen([at(2, { priority: 0 }), at(3)]), 'pass', /behind/],
    [
      'do not accept the login',
      COMPOSE,
      seen([at(2)], [refused]),
      'fail',
      /could not connect: replica 10\.0\.0\.2:6379 refuses/,
    ],
    ['one accepts the login', COMPOSE, seen([at(2), at(3)], [refused]), 'warn', /could not connect/],
    ['are not reached', COMPOSE, seen([at(2)], [away]), 'fail', /could not connect/],
    ['are not reached from here', SENTINEL, seen([at(2)], [away]), 'warn', /could not connect/],
    [
      'one is lost',
      COMPOSE,
      seen([at(2), at(3, { isUp: false })]),
      'warn',
      /10\.0\.0\.3:6379 is down, according to the sentinels/,
    ],
  ])('%s', (_what, sample, evidence, status, words) => {
    expect(verdict('redis.replication', sample, evidence)).toEqual([status, expect.stringMatching(words)]);
  });

  it.each<[string, Partial<SentinelFact>, string, RegExp]>([
    ['does nothing for a while', { isTilted: true }, 'warn', /s3\.example\.internal:26379 in TILT mode/],
    [
      'has a view of its own',
      { flags: ['master', 's_down'] },
      'warn',
      /s3.* reports the master as down, and the others/,
    ],
    ['has another quorum', { quorum: 1 }, 'warn', /differ on the quorum: 2 on s1.* and s2.*, 1 on s3/],
  ])('a sentinel that %s', (_what, over, status, words) => {
    const evidence = { sentinels: [...THREE.slice(0, 2), sentinel(3, over)], server: server() };
    expect(verdict('redis.sentinels', COMPOSE, evidence)).toEqual([status, expect.stringMatching(words)]);
  });
});

describe('one server of several, and replicas that cannot fail over', () => {
  it.each<[string, RedisFacts, SampleName, string, RegExp]>([
    [
      'redis.sentinels',
      { server: server(), sentinels: [1, 2, 3].map((number) => sentinel(number, { quorum: 1 })) },
      'prod-kubernetes-sentinel-azure-pgvector',
      'warn',
      /quorum 1 of 3 sentinels: a single sentinel that cannot reach the master can replace a healthy master/,
    ],
    [
      'redis.version',
      { server: server({ version: '6.0.5' }), sentinels: [] },
      STANDALONE,
      'warn',
      /no longer gets fixes/,
    ],
    ['redis.version', { server: server({ version: '6.2.14' }), sentinels: [] }, STANDALONE, 'pass', /6\.2\.14/],
  ])('%s, %#', (id, evidence, sample, status, words) => {
    expect(verdict(id, sample, evidence)).toEqual([status, expect.stringMatching(words)]);
  });
});
