import type { JsonObject } from '../../src/base/json.ts';
import { validateDeployment } from '../../src/deployment/load.ts';
import { formatPath } from '../../src/deployment/paths.ts';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';

/** What one host can provide. */
const ONE_HOST = { availability: '99.5%', topology: { zones: 1, region: 'single' } } as const;

/** Healthy deployment files as plain data. */
export const SAMPLE_FILES = {
  'test-compose-bundled': {
    apiVersion: 'difyctl/v1',
    tier: 'test',
    target: { type: 'compose' },
  },
  'test-kubernetes-bundled': {
    apiVersion: 'difyctl/v1',
    tier: 'test',
    target: { type: 'kubernetes', namespace: 'dify' },
    urls: urls('http://dify.example.test'),
  },
  'test-compose-mixed': {
    apiVersion: 'difyctl/v1',
    name: 'lab',
    tier: 'test',
    target: { type: 'compose', directory: './stack', httpPort: 8080 },
    postgres: external({ host: 'pg.example.test' }, 'LAB_PG'),
    vectorStore: {
      mode: 'external',
      provider: 'milvus',
      milvus: { url: 'http://milvus.example.test:19530', username: 'root', password: { env: 'LAB_MILVUS' } },
    },
    mail: { provider: 'resend', resend: { apiKey: { env: 'LAB_RESEND' }, from: 'dify@example.test' } },
  },
  'prod-kubernetes-s3-qdrant': {
    apiVersion: 'difyctl/v1',
    name: 'dify',
    tier: 'prod',
    target: {
      type: 'kubernetes',
      context: 'prod-eu',
      namespace: 'dify',
      ingress: { className: 'nginx', tls: { secretName: 'dify-tls' } },
    },
    urls: urls('https://dify.example.com'),
    postgres: {
      ...external(
        { host: 'pg.example.internal', tls: { mode: 'verify-full', caFile: './ca.pem' } },
        'DIFY_PG_PASSWORD',
      ),
      maxConnections: 500,
    },
    redis: { mode: 'external', host: 'redis.example.internal', password: { env: 'DIFY_REDIS_PASSWORD' } },
    objectStorage: s3(),
    vectorStore: qdrant(),
    mail: {
      provider: 'smtp',
      smtp: {
        host: 'smtp.example.internal',
        username: 'dify',
        password: { env: 'DIFY_SMTP_PASSWORD' },
        from: 'dify@example.com',
      },
    },
    recovery: recovery(),
  },
  'prod-kubernetes-sentinel-azure-pgvector': {
    apiVersion: 'difyctl/v1',
    name: 'dify',
    tier: 'prod',
    target: {
      type: 'kubernetes',
      context: 'prod-we',
      namespace: 'dify-prod',
      ingress: { className: 'nginx', tls: { secretName: 'dify-tls' } },
    },
    urls: { ...urls('https://dify.example.com'), trigger: 'https://hooks.example.com' },
    postgres: external({ host: 'pg.example.internal', tls: { mode: 'require' } }, 'DIFY_PG_PASSWORD'),
    redis: {
      ...sentinel(),
      agentUrl: { env: 'DIFY_AGENT_REDIS_URL' },
    },
    objectStorage: {
      provider: 'azure-blob',
      azureBlob: {
        accountName: 'difyprod',
        accountKey: { env: 'DIFY_AZURE_KEY' },
        accountUrl: 'https://difyprod.blob.core.windows.net',
        container: 'dify',
      },
    },
    vectorStore: {
      mode: 'external',
      provider: 'pgvector',
      pgvector: {
        host: 'pgvector.example.internal',
        username: 'dify',
        password: { env: 'DIFY_PGVECTOR_PASSWORD' },
        database: 'vectors',
      },
    },
    recovery: recovery(),
  },
  'prod-kubernetes-sentinel-without-agent': {
    apiVersion: 'difyctl/v1',
    name: 'dify',
    tier: 'prod',
    target: { type: 'kubernetes', context: 'prod-asia', storageClass: 'fast-rwx' },
    urls: urls('https://dify.example.com'),
    postgres: external({ host: 'pg.example.internal' }, 'DIFY_PG_PASSWORD'),
    redis: sentinel(),
    objectStorage: {
      provider: 'gcs',
      gcs: { bucket: 'dify-prod', pluginBucket: 'dify-prod-plugins', serviceAccountJson: { file: './gcs.json' } },
    },
    vectorStore: {
      mode: 'external',
      provider: 'weaviate',
      weaviate: {
        url: 'https://weaviate.example.internal',
        grpcUrl: 'grpcs://weaviate.example.internal:50051',
        apiKey: { env: 'DIFY_WEAVIATE_KEY' },
      },
    },
    recovery: recovery(),
  },
  'prod-kubernetes-oss-tencent': {
    apiVersion: 'difyctl/v1',
    name: 'dify-cn',
    tier: 'prod',
    target: { type: 'kubernetes', context: 'prod-cn', chart: { path: './chart' } },
    urls: urls('https://dify.example.cn'),
    postgres: external(
      {
        host: 'pg.example.internal',
        databases: {
          main: { name: 'dify', username: 'dify_main', password: { env: 'DIFY_PG_MAIN' } },
          plugin: 'dify_plugin',
        },
      },
      'DIFY_PG_PASSWORD',
    ),
    redis: {
      mode: 'external',
      host: 'redis.example.internal',
      username: 'dify',
      password: { kubernetes: { name: 'redis', key: 'password' } },
      tls: { mode: 'require' },
    },
    objectStorage: {
      provider: 'aliyun-oss',
      aliyunOss: {
        endpoint: 'https://oss-cn-hangzhou.aliyuncs.com',
        region: 'cn-hangzhou',
        bucket: 'dify',
        accessKey: { env: 'DIFY_OSS_ACCESS_KEY' },
        secretKey: { env: 'DIFY_OSS_SECRET_KEY' },
      },
    },
    vectorStore: {
      mode: 'external',
      provider: 'tencent',
      tencent: { url: 'http://vdb.example.internal', apiKey: { env: 'DIFY_TENCENT_KEY' } },
    },
    components: {
      api: { replicas: 4, resources: { requests: { cpu: '2' } } },
      worker: {
        extraEnv: { CELERY_WORKER_AMOUNT: 8 },
        pools: {
          dataset: {
            queues: ['dataset', 'priority_dataset'],
            replicas: 2,
            autoscaling: { maxReplicas: 6 },
            resources: { requests: { memory: '3Gi' } },
          },
        },
      },
    },
    recovery: recovery(),
  },
  'prod-compose-s3-qdrant': {
    apiVersion: 'difyctl/v1',
    name: 'dify',
    tier: 'prod',
    target: { type: 'compose', directory: '/srv/dify', tls: { certFile: './fullchain.pem', keyFile: './key.pem' } },
    urls: urls('https://dify.example.com'),
    postgres: external({ host: 'pg.example.internal' }, 'DIFY_PG_PASSWORD'),
    redis: { mode: 'external', host: 'redis.example.internal', password: { env: 'DIFY_REDIS_PASSWORD' } },
    objectStorage: s3(),
    vectorStore: qdrant(),
    recovery: recovery(ONE_HOST),
    acceptedRisks: [
      { check: 'host.single-point-of-failure', reason: 'one host is enough for this team', until: '2031-01-31' },
    ],
  },
  'prod-compose-sentinel-azure-elasticsearch': {
    apiVersion: 'difyctl/v1',
    name: 'dify',
    tier: 'prod',
    target: { type: 'compose', tls: { certFile: './fullchain.pem', keyFile: './key.pem' } },
    urls: urls('https://dify.example.com'),
    postgres: external(
      { host: 'pg.example.internal', tls: { mode: 'verify-full', caFile: './ca.pem' } },
      'DIFY_PG_PASSWORD',
    ),
    redis: { ...sentinel(), agentUrl: { file: './agent-redis-url' } },
    objectStorage: {
      provider: 'azure-blob',
      azureBlob: {
        accountName: 'difyprod',
        accountKey: { env: 'DIFY_AZURE_KEY' },
        accountUrl: 'https://difyprod.blob.core.windows.net',
        container: 'dify',
      },
    },
    vectorStore: {
      mode: 'external',
      provider: 'elasticsearch',
      elasticsearch: { url: 'https://es.example.internal:9200', password: { env: 'DIFY_ES_PASSWORD' } },
    },
    recovery: recovery(ONE_HOST),
  },
} as const satisfies Readonly<Record<string, JsonObject>>;

export type SampleName = keyof typeof SAMPLE_FILES;
export const SAMPLE_NAMES = Object.keys(SAMPLE_FILES) as readonly SampleName[];

/** The parsed sample. */
export function sampleDeployment(name: SampleName): Deployment {
  return parsedDeployment(SAMPLE_FILES[name]);
}

/** Parses a file given as data. Throws Error with every problem if it is invalid. */
export function parsedDeployment(file: JsonObject): Deployment {
  const judged = validateDeployment(file);
  if ('deployment' in judged) return judged.deployment;
  throw new Error(judged.problems.map(({ path, message }) => `${formatPath(path)}: ${message}`).join('\n'));
}

/** The same public address for all four. */
export function urls(address: string): JsonObject {
  return { console: address, api: address, app: address, files: address };
}

function external(fields: JsonObject, passwordVariable: string): JsonObject {
  return { mode: 'external', ...fields, password: { env: passwordVariable } };
}

function sentinel(): JsonObject {
  return {
    mode: 'external',
    topology: 'sentinel',
    username: 'default',
    password: { file: './redis-password' },
    sentinel: {
      master: 'mymaster',
      nodes: ['s1.example.internal:26379', 's2.example.internal:26379', 's3.example.internal:26379'],
      password: { env: 'DIFY_SENTINEL_PASSWORD' },
    },
  };
}

function s3(): JsonObject {
  return {
    provider: 's3',
    s3: {
      endpoint: 'https://s3.example.internal',
      bucket: 'dify',
      region: 'eu-central-1',
      accessKey: { env: 'DIFY_S3_ACCESS_KEY' },
      secretKey: { env: 'DIFY_S3_SECRET_KEY' },
    },
  };
}

function qdrant(): JsonObject {
  return {
    mode: 'external',
    provider: 'qdrant',
    qdrant: { url: 'https://qdrant.example.internal:6333', apiKey: { env: 'DIFY_QDRANT_API_KEY' } },
  };
}

/**
 * A consistent recovery plan: at most 5 minutes of loss with point-in-time recovery, 50 minutes measured for a restore.
 */
function recovery(over: JsonObject = {}): JsonObject {
  return {
    rto: '4h',
    rpo: '15m',
    availability: '99.9%',
    upgradeWindow: 'Sun 02:00-04:00 Europe/Berlin',
    postgres: { method: 'pitr', interval: '5m', retention: '14d' },
    redis: { persistence: 'aof' },
    objectStorage: { versioning: true, replication: 'none' },
    vectorStore: { strategy: 'rebuild' },
    configuration: { repository: 'git@git.example.com:ops/dify.git', secrets: 'vault: kv/dify' },
    drills: { interval: '90d', last: '2026-10-01' },
    topology: { zones: 3, region: 'single' },
    measured: { restore: '50m', at: '2026-10-01' },
    ...over,
  };
}
