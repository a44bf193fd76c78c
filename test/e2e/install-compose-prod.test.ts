import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InstallReport } from '../../src/install/report.ts';
import { type ComposeScene, createComposeScene, formsOf, told } from '../support/compose-scene.ts';
import { urls } from '../support/deployments.ts';
import type { Outcome, Workplace } from '../support/difyctl.ts';
import { composeImages } from '../testbed/docker/commands.ts';
import { useDockerHost } from '../testbed/docker/fixture.ts';
import { type MinioService, startMinio } from '../testbed/services/minio.ts';
import { type PostgresService, startPostgres } from '../testbed/services/postgres.ts';
import { type RedisService, startRedis } from '../testbed/services/redis.ts';
import type { Service } from '../testbed/services/service.ts';
import { type Certificate, makeCertificate } from '../testbed/services/tls.ts';
import { startWeaviate, type WeaviateService } from '../testbed/services/weaviate.ts';

/** A production on one machine: real external data services, TLS at nginx, its risks accepted by name. */
const testbed = useDockerHost(composeImages());

interface Services {
  readonly postgres: PostgresService;
  readonly redis: RedisService;
  readonly minio: MinioService;
  readonly weaviate: WeaviateService;
}

const HOST = 'dify.example.test';

/** Each with what has a meaning in URLs, in `.env`, in Compose and in shells. */
const PASSWORDS = { postgres: 'pg$ecret/@:%41#&+', redis: 're$$dis{x}/@:%42?&' };

let folder: string;
let scene: ComposeScene;
/** Two machines of one operator: the file of the second accepts the risks by name. */
let unaware: Workplace;
let place: Workplace;
let running: readonly Service[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-compose-prod-'));
  const bind = testbed.docker.gateway;
  const services: Services = {
    postgres: await startPostgres({ bind, password: PASSWORDS.postgres, databases: ['dify', 'dify_plugin'] }),
    redis: await startRedis({ bind, password: PASSWORDS.redis }),
    minio: await startMinio({ bind, buckets: ['dify', 'dify-plugin'] }),
    weaviate: await startWeaviate({ bind }),
  };
  running = Object.values(services);
  const certificate = await makeCertificate(folder, [HOST]);
  await chmod(certificate.keyFile, 0o600);
  let accepted: readonly object[] = [];
  scene = await createComposeScene(testbed.docker, {
    file: (at) => ({ ...production(services, certificate, at), acceptedRisks: accepted }),
    env: {
      PG_PASSWORD: services.postgres.password,
      REDIS_PASSWORD: services.redis.password,
      S3_ACCESS_KEY: services.minio.accessKey,
      S3_SECRET_KEY: services.minio.secretKey,
      WEAVIATE_KEY: services.weaviate.apiKey,
    },
  });
  unaware = await scene.workplace();
  accepted = RISKS.map((check) => ({ check, reason: 'one small machine, known to be one' }));
  place = await scene.workplace();
});
afterAll(async () => {
  await scene?.end();
  await Promise.all(running.map((service) => service.stop()));
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

function production(
  { postgres, redis, minio, weaviate }: Services,
  { certFile, keyFile }: Certificate,
  { directory, httpPort, httpsPort }: { directory: string; httpPort: number; httpsPort: number },
): object {
  const today = new Date().toISOString().slice(0, 10);
  return {
    apiVersion: 'difyctl/v1',
    name: 'dify',
    tier: 'prod',
    target: { type: 'compose', directory, httpPort, httpsPort, tls: { certFile, keyFile } },
    urls: urls(`https://${HOST}:${httpsPort}`),
    postgres: {
      mode: 'external',
      host: postgres.host,
      port: postgres.port,
      username: postgres.username,
      password: { env: 'PG_PASSWORD' },
    },
    redis: { mode: 'external', host: redis.host, port: redis.port, password: { env: 'REDIS_PASSWORD' } },
    objectStorage: {
      provider: 's3',
      s3: {
        endpoint: minio.endpoint,
        region: minio.region,
        bucket: 'dify',
        pluginBucket: 'dify-plugin',
        accessKey: { env: 'S3_ACCESS_KEY' },
        secretKey: { env: 'S3_SECRET_KEY' },
      },
    },
    vectorStore: {
      mode: 'external',
      provider: 'weaviate',
      weaviate: {
        url: weaviate.url,
        grpcUrl: `${weaviate.host}:${weaviate.grpcPort}`,
        apiKey: { env: 'WEAVIATE_KEY' },
      },
    },
    recovery: {
      rto: '4h',
      rpo: '15m',
      postgres: { method: 'pitr', interval: '5m', retention: '14d' },
      redis: { persistence: 'aof' },
      objectStorage: { versioning: true },
      vectorStore: { strategy: 'rebuild' },
      configuration: { repository: 'git@example.com:ops/dify.git' },
      drills: { interval: '90d', last: today },
      measured: { restore: '50m', at: today },
    },
  };
}

const report = ({ stdout }: Outcome): InstallReport => JSON.parse(stdout) as InstallReport;

/** What this machine is too small for, and what one machine cannot promise. */
const RISKS = ['host.single-point-of-failure', 'host.cpu', 'host.memory', 'host.disk'];

test('is refused while nobody accepted that one machine carries it, and nothing is created', async () => {
  const refused = await unaware.run('install', '--tier', 'prod', '--target', 'compose', '--yes', '-o', 'json');
  expect(refused.code, told(refused)).toBe(3);
  const failed = report(refused).preflight.checks.filter(({ status }) => status === 'fail');
  const ids = failed.map(({ id }) => id);
  expect(ids).toContain('host.single-point-of-failure');
  expect(ids.filter((id) => !RISKS.includes(id))).toEqual([]);
  expect(await scene.containers()).toEqual([]);
  await expect(stat(scene.directory)).rejects.toThrow('ENOENT');
});

test('is installed once its file accepts the risks by name, on real data services, with TLS', async () => {
  const first = await place.run('install', '--tier', 'prod', '--yes', '-o', 'json');
  expect(first.code, told(first)).toBe(0);
  expect(report(first)).toMatchObject({ outcome: 'applied', revision: 1 });
  expect(report(first).preflight.checks).toContainEqual(
    expect.objectContaining({ id: 'host.single-point-of-failure', status: 'warn' }),
  );
  expect(report(first).postflight?.summary).toMatchObject({ fail: 0, unknown: 0 });
  const containers = await scene.containers();
  expect([...new Set(containers.map(({ state }) => state))].sort()).toEqual(['exited 0', 'running healthy']);
  for (const service of ['api', 'worker', 'web', 'sandbox']) {
    expect([service, containers.filter((one) => one.service === service).length > 1]).toEqual([service, true]);
  }
  for (const bundled of ['db_postgres', 'redis', 'weaviate']) {
    expect(containers.map(({ service }) => service)).not.toContain(bundled);
  }

  const again = await place.run('install', '--yes', '-o', 'json');
  expect(report(again), told(again)).toMatchObject({ outcome: 'unchanged', revision: 1 });
  expect(await scene.leftovers()).toEqual([]);
});

test('shows none of the secrets that its file refers to', async () => {
  const calls = await scene.recorder.calls();
  const files = [...(await place.files())].filter(([path]) => !path.endsWith('secrets.yaml'));
  const outside = [
    ...calls.flatMap(({ args, env }) => [...args, ...Object.values(env)]),
    ...files.map(([, text]) => text),
  ].join('\n');
  const names = ['PG_PASSWORD', 'REDIS_PASSWORD', 'S3_ACCESS_KEY', 'S3_SECRET_KEY', 'WEAVIATE_KEY'];
  const planted = names.map((name) => place.env[name] ?? '');
  const secrets = [...planted, ...Object.values(await scene.secrets())];
  expect(secrets.length).toBeGreaterThan(12);
  for (const form of secrets.flatMap(formsOf)) expect(outside.includes(form), form).toBe(false);
});
