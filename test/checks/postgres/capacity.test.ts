import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { POSTGRES, type PostgresFacts } from '../../../src/evidence/postgres/facts.ts';
import type { SessionFact } from '../../../src/evidence/postgres/session-facts.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';
import { entry, facts, healthyServer, healthySession, resultOf, server } from './fixtures.ts';

const env = (extraEnv: JsonObject, ...names: readonly string[]): JsonObject => ({
  components: Object.fromEntries(names.map((name) => [name, { extraEnv }])),
});
const connections = (max: number, others = 10) => server({ connections: { max, reserved: 3, others } });

describe('postgres.connections', () => {
  const { connections: _, ...hiding } = healthyServer;
  const hidden = facts({ server: hiding });
  const FORMULA =
    '3 api × 40 + 1 websocket × 40 + 3 worker × 40 + 1 beat × 5 + 1 plugin daemon × 30 + 10 for people and backups = 325';
  const NO_LIMIT: JsonObject = { postgres: { maxConnections: 2000 } };

  it.each<[string, PostgresFacts, JsonObject, string, RegExp]>([
    [
      'enough',
      connections(400),
      {},
      'pass',
      /^387 connections left for Dify \(max_connections 400 − 3 reserved − 10 used by others\)/,
    ],
    ['a margin of less than 10 %', connections(350), NO_LIMIT, 'warn', /leaves a margin of less than 10 %/],
    ['too few', connections(100), NO_LIMIT, 'fail', new RegExp(FORMULA.replaceAll('+', '\\+'))],
    ['taken by others', connections(500, 300), NO_LIMIT, 'fail', /^197 connections left/],
    ['a file that promises more than there are', connections(100), {}, 'fail', /max_connections 100/],
    [
      'a file that promises less than there are',
      connections(2000),
      { postgres: { maxConnections: 200 } },
      'fail',
      /postgres\.maxConnections 200 of 2000/,
    ],
    [
      'pools made smaller',
      connections(150),
      env({ SQLALCHEMY_POOL_SIZE: 5, SQLALCHEMY_MAX_OVERFLOW: 5 }, 'api', 'worker', 'apiWebsocket'),
      'pass',
      /3 api × 10/,
    ],
    ['more processes', connections(400), env({ SERVER_WORKER_AMOUNT: 4 }, 'api'), 'fail', /3 api × 4 processes × 40/],
    [
      'workers with processes of their own',
      connections(400),
      env({ CELERY_WORKER_CLASS: 'prefork' }, 'worker'),
      'fail',
      /3 worker × 5 processes × 40/,
    ],
    ['a limit that only the file declares', hidden, NO_LIMIT, 'pass', /2000 connections \(postgres\.maxConnections\)/],
  ])('%s', (_name, seen, file, status, words) => {
    const result = resultOf('postgres.connections', seen, file);
    expect([result.status, result.message]).toEqual([status, expect.stringMatching(words)]);
  });

  it.each<[string, JsonObject, string, string]>([
    [
      'a managed service',
      { managed: { by: 'aws-rds' } },
      'postgres.maxConnections',
      'set postgres.maxConnections to the limit of the service',
    ],
    [
      'a pooler',
      {},
      'postgres.maxConnections, or a role that may read the pooler’s console (stats_users)',
      'set postgres.maxConnections to max_client_conn of the pooler',
    ],
  ])('is a warning if neither %s nor the file shows the limit', (_name, managed, expected, remedy) => {
    const sample = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
    const { maxConnections: _, ...postgres } = sample.postgres as JsonObject;
    const deployment = parsedDeployment({ ...sample, postgres: { ...postgres, ...managed } });
    expect(judged(checkOf('postgres.connections'), { deployment, seen: [[POSTGRES, hidden]] })).toMatchObject({
      status: 'warn',
      observed: 'the connection limit is not visible, and the file declares none',
      expected,
      remedy,
    });
  });

  it('counts autoscalers at their maxima, and names maxima with which the connections are enough', () => {
    const scaled = {
      components: { api: { autoscaling: { maxReplicas: 9 } }, worker: { autoscaling: { maxReplicas: 4 } } },
    };
    const result = resultOf('postgres.connections', connections(500), { ...NO_LIMIT, ...scaled });
    expect(result).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/9 api × 40 .* 4 worker × 40/),
      remedy:
        'ALTER SYSTEM SET max_connections = 700; then restart PostgreSQL; or set components.api.autoscaling.maxReplicas to 4',
    });
  });

  it('counts the connections of pgvector on the same server', () => {
    const sample = 'prod-kubernetes-sentinel-azure-pgvector';
    const beside = { vectorStore: { pgvector: { host: 'pg.example.internal' } } };
    expect(resultOf('postgres.connections', connections(500), beside, sample).message).toMatch(
      /3 api, vectors, × 5 \+ 3 worker, vectors, × 5/,
    );
    expect(resultOf('postgres.connections', connections(500), {}, sample).message).not.toMatch(/vectors/);
  });

  it('is a warning in test, where pools are rarely full', () => {
    expect(resultOf('postgres.connections', connections(50), { tier: 'test' }).status).toBe('warn');
  });

  it('counts the connection limit of a role, unless it is a superuser', () => {
    const role = { name: 'dify', isSuperuser: false, mayCreateDatabases: false, mayLogin: true, connectionLimit: 100 };
    const limited = resultOf('postgres.connections', facts({ roles: [role] }));
    expect(limited).toMatchObject({ status: 'fail', remedy: 'ALTER ROLE dify CONNECTION LIMIT -1;' });
    expect(limited.message).toMatch(/role dify is limited to 100 connections, and Dify may open 315/);
    expect(resultOf('postgres.connections', facts({ roles: [{ ...role, isSuperuser: true }] })).status).toBe('pass');
  });
});

describe('postgres.size', () => {
  it.each<[string, JsonObject, string, RegExp]>([
    [
      'the checklist',
      { cpu: 4, memory: '8Gi', storage: '512Gi' },
      'pass',
      /4 CPU, 8Gi of memory and 512Gi of storage, as declared/,
    ],
    ['sold as 8 GB', { cpu: 4, memory: '7.8Gi', storage: '500G' }, 'pass', /as declared/],
    [
      'too small',
      { cpu: 2, memory: '4Gi', storage: '100Gi' },
      'warn',
      /declared: 2 CPU, 4Gi of memory and 100Gi of storage/,
    ],
    ['less than it uses', { memory: '64Mi' }, 'warn', /shared_buffers is larger than the declared memory/],
  ])('%s', (_name, size, status, words) => {
    const result = resultOf('postgres.size', facts(), { postgres: { managed: { by: 'aws-rds', size } } });
    expect([result.status, result.message]).toEqual([status, expect.stringMatching(words)]);
  });

  it('is skipped if the server does not show it, with the required size', () => {
    expect(resultOf('postgres.size', facts())).toMatchObject({
      status: 'skip',
      message: expect.stringMatching(/4 CPU, 8Gi/),
    });
  });
});

describe('postgres.statement-timeout', () => {
  const limited = (settings: Partial<SessionFact['settings']>) => {
    const session = { ...healthySession, settings: { ...healthySession.settings, ...settings } };
    return facts({ entries: [entry('main', { session }), entry('plugin')] });
  };
  it.each([
    ['statement_timeout', '0', 'pass'],
    ['statement_timeout', '30000', 'fail'],
    ['statement_timeout', '120000', 'warn'],
    ['statement_timeout', '600000', 'pass'],
    ['idle_in_transaction_session_timeout', '10000', 'warn'],
    ['idle_in_transaction_session_timeout', '86400000', 'pass'],
    ['lock_timeout', '1000', 'warn'],
    ['transaction_timeout', '1000', 'fail'],
  ])('%s of %s ms is %s', (name, value, status) => {
    expect(resultOf('postgres.statement-timeout', limited({ [name]: { value, source: 'user' } })).status).toBe(status);
  });
});

describe('postgres.latency', () => {
  const slow = { ...healthyServer, latencies: Array.from({ length: 40 }, () => 45) };

  it('is a warning for Compose, which runs on this machine, and a pass for a cluster', () => {
    const compose = resultOf('postgres.latency', facts({ server: slow }), {}, 'prod-compose-s3-qdrant');
    expect(compose).toMatchObject({ status: 'warn', observed: 'p50 45 ms, p95 45 ms' });
    expect(resultOf('postgres.latency', facts({ server: slow })).status).toBe('pass');
    expect(resultOf('postgres.latency', facts()).message).toBe('p50 0.4 ms, p95 0.9 ms');
  });
});
