import type { JsonObject } from '../../src/base/json.ts';
import { type MinioService, startMinio } from '../testbed/services/minio.ts';
import { type PostgresService, startPostgres } from '../testbed/services/postgres.ts';
import { type SentinelService, startRedisSentinel } from '../testbed/services/redis-sentinel.ts';
import { removeFolder, type Service, serviceFolder } from '../testbed/services/service.ts';
import { type Certificate, makeCertificate } from '../testbed/services/tls.ts';
import { startTlsFront } from '../testbed/services/tls-front.ts';
import { startWeaviate, type WeaviateService } from '../testbed/services/weaviate.ts';

/** Real data services like those of a production: each one redundant, archived or versioned. */
export interface HealthyStores {
  readonly postgres: PostgresService;
  readonly redis: SentinelService;
  readonly minio: MinioService;
  readonly weaviate: WeaviateService;
  /** TLS proxy in front of the object storage. */
  readonly front: Service;
  /** The authority that every client in the tests trusts. */
  readonly authority: Certificate;
  /** The sections of difyctl.yaml that name them. */
  readonly file: JsonObject;
  /** The variables that those sections refer to. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface HealthyStoresOptions {
  /** Address that the services listen on. Default: loopback. */
  readonly bind?: string;
  readonly passwords?: { readonly postgres: string; readonly redis: string };
}

export async function startHealthyStores({ bind, passwords }: HealthyStoresOptions = {}): Promise<HealthyStores> {
  const at = bind === undefined ? {} : { bind };
  const postgres = await startPostgres({
    ...at,
    ...(passwords && { password: passwords.postgres }),
    settings: { max_connections: 800 },
    tls: true,
    standby: true,
    archiving: true,
  });
  await postgres.query(`CREATE ROLE dify LOGIN PASSWORD ${quoted(postgres.password)}`);
  for (const name of ['dify', 'dify_plugin']) await postgres.query(`CREATE DATABASE ${name} OWNER dify`);
  const redis = await startRedisSentinel({ ...at, ...(passwords && { password: passwords.redis }), replicas: 2 });
  const minio = await startMinio({ ...at, buckets: ['dify', 'dify-plugin'], versioning: true });
  const weaviate = await startWeaviate({ ...at, nodes: 3, settings: { REPLICATION_MINIMUM_FACTOR: '2' } });
  const folder = await serviceFolder('stores');
  const certificate = await makeCertificate(folder, [minio.host], { days: 90 });
  const front = await startTlsFront(certificate, minio.port, minio.host);
  const services = { postgres, redis, minio, weaviate, front };
  return {
    ...services,
    authority: certificate,
    file: sections(services),
    // Dify's containers have a private authority in their trust store. difyctl gets it by Node's variable.
    env: { ...variables(services), NODE_EXTRA_CA_CERTS: certificate.caFile },
    stop: async () => {
      await Promise.all(Object.values(services).map((service) => service.stop()));
      await removeFolder(folder);
    },
  };
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

type Services = Pick<HealthyStores, 'postgres' | 'redis' | 'minio' | 'weaviate' | 'front'>;

function sections({ postgres, redis, minio, weaviate, front }: Services): JsonObject {
  return {
    postgres: {
      mode: 'external',
      host: postgres.host,
      port: postgres.port,
      username: 'dify',
      password: { env: 'DIFY_PG_PASSWORD' },
      tls: { mode: 'verify-full', caFile: postgres.caFile ?? '' },
      databases: { main: 'dify', plugin: 'dify_plugin' },
    },
    redis: {
      mode: 'external',
      topology: 'sentinel',
      sentinel: {
        master: redis.master,
        nodes: redis.sentinels.map(({ host, port }) => `${host}:${port}`),
        password: { env: 'DIFY_SENTINEL_PASSWORD' },
      },
      password: { env: 'DIFY_REDIS_PASSWORD' },
      agentUrl: { env: 'DIFY_AGENT_REDIS_URL' },
    },
    objectStorage: {
      provider: 's3',
      s3: {
        endpoint: `https://${front.host}:${front.port}`,
        region: minio.region,
        bucket: 'dify',
        pluginBucket: 'dify-plugin',
        addressStyle: 'path',
        accessKey: { env: 'DIFY_S3_ACCESS_KEY' },
        secretKey: { env: 'DIFY_S3_SECRET_KEY' },
      },
    },
    vectorStore: {
      mode: 'external',
      provider: 'weaviate',
      weaviate: {
        url: weaviate.url,
        grpcUrl: `${weaviate.host}:${weaviate.grpcPort}`,
        apiKey: { env: 'DIFY_WEAVIATE_KEY' },
      },
    },
  };
}

function variables({ postgres, redis, minio, weaviate }: Services): Record<string, string> {
  const [master] = redis.servers;
  return {
    DIFY_PG_PASSWORD: postgres.password,
    DIFY_REDIS_PASSWORD: redis.password,
    DIFY_SENTINEL_PASSWORD: redis.sentinelPassword,
    DIFY_AGENT_REDIS_URL: `redis://:${encodeURIComponent(redis.password)}@${master?.host}:${master?.port}/2`,
    DIFY_S3_ACCESS_KEY: minio.accessKey,
    DIFY_S3_SECRET_KEY: minio.secretKey,
    DIFY_WEAVIATE_KEY: weaviate.apiKey,
  };
}
