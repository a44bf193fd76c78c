import { describe, expect, it } from 'vitest';
import { deepMerge, type JsonObject } from '../../src/base/json.ts';
import { validateDeployment } from '../../src/deployment/load.ts';
import { formatPath, type PathProblem } from '../../src/deployment/paths.ts';
import { SAMPLE_FILES, type SampleName, urls } from '../support/deployments.ts';

function judged(sample: SampleName, change: JsonObject): { problems: readonly string[]; warnings: readonly string[] } {
  const result = validateDeployment(deepMerge(SAMPLE_FILES[sample], change) as JsonObject);
  const paths = (found: readonly PathProblem[]): readonly string[] => found.map(({ path }) => formatPath(path));
  return 'deployment' in result
    ? { problems: [], warnings: paths(result.warnings) }
    : { problems: paths(result.problems), warnings: [] };
}

const KUBERNETES = 'prod-kubernetes-s3-qdrant';
const COMPOSE = 'prod-compose-s3-qdrant';
const LAB = 'test-compose-mixed';
const KEY = { env: 'KEY' };

describe('rules between fields', () => {
  it.each<[string, SampleName, JsonObject, readonly string[]]>([
    ['Enterprise is refused by name', KUBERNETES, { edition: 'enterprise' }, ['edition']],
    ['Enterprise runs on kubernetes only', COMPOSE, { edition: 'enterprise' }, ['edition', 'target.type']],
    [
      'databases of a provider that the file does not name',
      KUBERNETES,
      { recovery: { postgres: { method: 'pitr' }, backup: { repository: '/mnt/backup', postgres: 'managed' } } },
      ['recovery.backup.postgres'],
    ],
    [
      'databases of a provider without a point in time',
      KUBERNETES,
      {
        postgres: { managed: { by: 'rds' } },
        recovery: { postgres: { method: 'snapshot' }, backup: { repository: '/mnt/backup', postgres: 'managed' } },
      },
      ['recovery.backup.postgres'],
    ],
    [
      'a workflow of a drill by a name, with an input that is no variable, for a day',
      KUBERNETES,
      { recovery: { drills: { workflow: { app: 'My app', inputs: { 'a b': 1 }, timeout: '1d' } } } },
      ['recovery.drills.workflow.app', 'recovery.drills.workflow.inputs.a b', 'recovery.drills.workflow.timeout'],
    ],
    ['one port for http and https', COMPOSE, { target: { httpPort: 8443, httpsPort: 8443 } }, ['target.httpsPort']],
    ['the root as folder', COMPOSE, { target: { directory: '/' } }, ['target.directory']],
    ['a system folder', COMPOSE, { target: { directory: '/etc/' } }, ['target.directory']],
    ['the root as folder, by a way up', COMPOSE, { target: { directory: '/etc/..' } }, ['target.directory']],
    ['a system folder, by a way up', COMPOSE, { target: { directory: '/tmp/../etc' } }, ['target.directory']],
    ['a bind address that is none', COMPOSE, { target: { bindAddress: '1.2.3' } }, ['target.bindAddress']],
    [
      'a user of the chart repository without a password',
      KUBERNETES,
      { target: { chart: { username: 'puller' } } },
      ['target.chart.password'],
    ],
    [
      'a password for the registry of the chart without a user',
      KUBERNETES,
      { target: { chart: { oci: 'oci://r.example.com/dify', password: { env: 'CHART_PASSWORD' } } } },
      ['target.chart.username'],
    ],
    [
      'a user name that HTTP cannot send',
      KUBERNETES,
      { target: { chart: { username: 'a:b', password: { env: 'CHART_PASSWORD' } } } },
      ['target.chart.username'],
    ],
    [
      'a password of the chart that difyctl would make',
      KUBERNETES,
      { target: { chart: { username: 'puller', password: { generated: true } } } },
      ['target.chart.password'],
    ],
    [
      'a login for a chart on this machine',
      KUBERNETES,
      { target: { chart: { path: './dify.tgz', username: 'puller', password: { env: 'CHART_PASSWORD' } } } },
      ['target.chart.path'],
    ],
    ['a registry with a scheme', KUBERNETES, { images: { registry: 'https://r.example.com' } }, ['images.registry']],
    [
      'a risk accepted twice',
      KUBERNETES,
      {
        acceptedRisks: [
          { check: 'a.b', reason: 'x' },
          { check: 'a.b', reason: 'y' },
        ],
      },
      ['acceptedRisks[1].check'],
    ],
    ['console and api on two sites', KUBERNETES, { urls: { api: 'https://dify.example.org' } }, ['urls.api']],
    ['console and api with two schemes', KUBERNETES, { urls: { api: 'http://dify.example.com' } }, ['urls.api']],
    [
      'console and api on two addresses',
      LAB,
      { urls: { ...urls('http://10.0.0.1'), api: 'http://10.0.0.2' } },
      ['urls.api'],
    ],
    [
      'one database for Dify and its plugins',
      KUBERNETES,
      { postgres: { databases: { plugin: 'dify' } } },
      ['postgres.databases.plugin'],
    ],
    [
      'a role without a password',
      KUBERNETES,
      { postgres: { databases: { main: { name: 'dify', username: 'a' } } } },
      ['postgres.databases.main.password'],
    ],
    ['one number for cache and queue', KUBERNETES, { redis: { databases: { broker: 0 } } }, ['redis.databases.broker']],
    ['one number for queue and agent', COMPOSE, { redis: { databases: { agent: 1 } } }, ['redis.databases.agent']],
    [
      'a sentinel listed twice',
      'prod-kubernetes-sentinel-without-agent',
      { redis: { sentinel: { nodes: ['a:1', 'a:1'] } } },
      ['redis.sentinel.nodes[1]'],
    ],
    [
      'keys beside an identity',
      KUBERNETES,
      { objectStorage: { s3: { identity: 'workload' } } },
      ['objectStorage.s3.accessKey', 'objectStorage.s3.secretKey'],
    ],
    [
      'an account key beside an identity',
      'prod-kubernetes-sentinel-azure-pgvector',
      { objectStorage: { azureBlob: { identity: 'workload' } } },
      ['objectStorage.azureBlob.accountKey'],
    ],
    [
      'a service account key beside an identity',
      'prod-kubernetes-sentinel-without-agent',
      { objectStorage: { gcs: { identity: 'workload' } } },
      ['objectStorage.gcs.serviceAccountJson'],
    ],
    [
      'neither keys nor an identity',
      'test-compose-bundled',
      { objectStorage: { provider: 'gcs', gcs: { bucket: 'dify' } } },
      ['objectStorage.gcs.serviceAccountJson'],
    ],
    [
      'an issuer beside the annotation that it makes',
      KUBERNETES,
      {
        target: {
          ingress: {
            annotations: { 'cert-manager.io/issuer': 'own' },
            tls: { secretName: 'dify-tls', issuer: { kind: 'ClusterIssuer', name: 'letsencrypt' } },
          },
        },
      },
      ['target.ingress.annotations.cert-manager.io/issuer'],
    ],
    [
      'a label that no node can have',
      KUBERNETES,
      { target: { nodeSelector: { pool: 'a b' } } },
      ['target.nodeSelector.pool'],
    ],
    [
      'a label key that is none',
      KUBERNETES,
      { target: { nodeSelector: { 'a/b/c': 'd' } } },
      ['target.nodeSelector.a/b/c'],
    ],
    [
      'a bucket whose plugin bucket would be too long',
      KUBERNETES,
      { objectStorage: { s3: { bucket: 'b'.repeat(60) } } },
      ['objectStorage.s3.pluginBucket'],
    ],
    [
      'a token beside a password',
      LAB,
      { vectorStore: { milvus: { token: { env: 'T' } } } },
      ['vectorStore.milvus.token'],
    ],
    [
      'a Kubernetes Secret for Compose',
      COMPOSE,
      { redis: { password: { kubernetes: { name: 'a', key: 'b' } } } },
      ['redis.password'],
    ],
    [
      'a generated password for a server of others',
      LAB,
      { mail: { resend: { apiKey: { generated: true } } } },
      ['mail.resend.apiKey'],
    ],
    ['two schedulers', KUBERNETES, { components: { beat: { replicas: 2 } } }, ['components.beat.replicas']],
    ['no api at all', KUBERNETES, { components: { api: { enabled: false } } }, ['components.api.enabled']],
    ['zero replicas', KUBERNETES, { components: { sandbox: { replicas: 0 } } }, ['components.sandbox.replicas']],
    [
      'a request above the tier’s limit',
      KUBERNETES,
      { components: { web: { resources: { requests: { cpu: '3' } } } } },
      ['components.web.resources.requests.cpu'],
    ],
    [
      'a limit below the tier’s request',
      KUBERNETES,
      { components: { web: { resources: { limits: { memory: '1Mi' } } } } },
      ['components.web.resources.limits.memory'],
    ],
    [
      'an hour that does not exist',
      KUBERNETES,
      { recovery: { upgradeWindow: 'Sun 25:00-26:00 UTC' } },
      ['recovery.upgradeWindow'],
    ],
    [
      'a zone that does not exist',
      KUBERNETES,
      { recovery: { upgradeWindow: 'Sun 02:00-04:00 Europe/Atlantis' } },
      ['recovery.upgradeWindow'],
    ],
    [
      'a password in an environment',
      KUBERNETES,
      { components: { api: { extraEnv: { SENTRY_TOKEN: 'x' } } } },
      ['components.api.extraEnv.SENTRY_TOKEN'],
    ],
    [
      'a password in extra values',
      KUBERNETES,
      { extraValues: { api: { extraEnv: [{ name: 'DB_PASSWORD', value: 'x' }] }, redis: { auth: { password: 'y' } } } },
      ['extraValues.api.extraEnv[0].value', 'extraValues.redis.auth.password'],
    ],
  ])('%s', (_title, sample, change, problems) => {
    expect(judged(sample, change).problems).toEqual(problems);
  });

  it.each<[string, SampleName, JsonObject]>([
    [
      'subdomains of one site',
      KUBERNETES,
      { urls: { console: 'https://console.dify.example.com', api: 'https://api.dify.example.com' } },
    ],
    [
      'a reference in extra values',
      KUBERNETES,
      {
        extraValues: {
          api: { extraEnv: [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'a', key: 'password' } } }] },
          existingSecret: 'x',
        },
      },
    ],
    [
      'a flag whose name looks like a secret',
      KUBERNETES,
      { components: { api: { extraEnv: { VERIFY_TOKEN: 'true', MAX_TOKEN: 5 } } } },
    ],
    ['one sandbox more', KUBERNETES, { components: { sandbox: { replicas: 4 } } }],
  ])('%s is healthy', (_title, sample, change) => {
    expect(judged(sample, change)).toEqual({ problems: [], warnings: [] });
  });

  it.each<[string, SampleName, JsonObject, readonly string[]]>([
    ['https without a certificate for nginx', LAB, { urls: urls('https://lab.example.test') }, ['target.tls']],
    ['a certificate and an http address', COMPOSE, { urls: urls('http://dify.example.com') }, ['urls']],
    [
      'a plugin database that the daemon cannot create',
      KUBERNETES,
      { postgres: { databases: { plugin: 'dify-plugin' } } },
      ['postgres.databases.plugin'],
    ],
    ['a CA that nothing uses', KUBERNETES, { postgres: { tls: { mode: 'disable' } } }, ['postgres.tls.caFile']],
    [
      'a CA for an endpoint without TLS',
      KUBERNETES,
      { objectStorage: { s3: { endpoint: 'http://s3.example.internal', caFile: './ca.pem' } } },
      ['objectStorage.s3.caFile'],
    ],
    [
      'a CA for a vector store without TLS',
      'prod-compose-sentinel-azure-elasticsearch',
      { vectorStore: { elasticsearch: { url: 'http://es:9200', caFile: './ca.pem' } } },
      ['vectorStore.elasticsearch.caFile'],
    ],
    [
      'files and plugins in one bucket',
      KUBERNETES,
      { objectStorage: { s3: { pluginBucket: 'dify' } } },
      ['objectStorage.s3.pluginBucket'],
    ],
  ])('%s gives a warning', (_title, sample, change, warnings) => {
    expect(judged(sample, change)).toEqual({ problems: [], warnings });
  });

  it.each([
    ['dify-1250000000', true],
    ['a-longer-bucket-1250000000', false],
  ])('at Tencent COS, whose host names are short, %s leaves room for a plugin bucket: %s', (bucket, isValid) => {
    const secretId = { env: 'A' };
    const tencentCos = { region: 'ap-guangzhou', bucket, secretId, secretKey: { env: 'B' } };
    const file = { ...SAMPLE_FILES[KUBERNETES], objectStorage: { provider: 'tencent-cos', tencentCos } };
    const result = validateDeployment(file);
    const problems = 'deployment' in result ? [] : result.problems.map(({ path }) => formatPath(path));
    expect(problems).toEqual(isValid ? [] : ['objectStorage.tencentCos.pluginBucket']);
  });

  it('a production without RTO and RPO gives two warnings', () => {
    const { recovery: _, ...file } = SAMPLE_FILES[KUBERNETES];
    const result = validateDeployment(file);
    expect('deployment' in result && result.warnings.map(({ path }) => formatPath(path))).toEqual([
      'recovery.rto',
      'recovery.rpo',
    ]);
  });

  it('S3 requires both keys if it has no identity', () => {
    const result = validateDeployment({
      ...SAMPLE_FILES[KUBERNETES],
      objectStorage: { provider: 's3', s3: { bucket: 'dify' } },
    });
    expect('problems' in result && result.problems.map(({ path }) => formatPath(path))).toEqual([
      'objectStorage.s3.accessKey',
      'objectStorage.s3.secretKey',
    ]);
  });
});

/** A production whose object storage is this vendor's, with names of buckets in place of its own. */
const VENDORS: Readonly<Record<string, readonly [provider: string, fields: JsonObject]>> = {
  aliyunOss: ['aliyun-oss', { endpoint: 'https://oss.example', region: 'cn', accessKey: KEY, secretKey: KEY }],
  gcs: ['gcs', { serviceAccountJson: KEY }],
  tencentCos: ['tencent-cos', { region: 'ap-beijing', secretId: KEY, secretKey: KEY }],
  huaweiObs: ['huawei-obs', { endpoint: 'https://obs.example', accessKey: KEY, secretKey: KEY }],
  volcengineTos: ['volcengine-tos', { endpoint: 'https://tos.example', region: 'cn', accessKey: KEY, secretKey: KEY }],
};

describe.each<[string, valid: readonly string[], invalid: readonly string[]]>([
  [
    'aliyunOss',
    ['dify', 'a1-b2', 'a'.repeat(63)],
    ['dify.files', 'dify_files', '-dify', 'dify-', 'ab', 'Dify', 'a'.repeat(64)],
  ],
  [
    'gcs',
    ['dify', 'dify_files', 'files.example.com', `${'a'.repeat(63)}.${'b'.repeat(63)}`, `${'a.'.repeat(110)}aa`],
    [
      'goog-dify',
      'my-google-files',
      'g00gle1',
      'a'.repeat(64),
      `${'a'.repeat(64)}.b`,
      `${'a.'.repeat(111)}a`,
      '10.0.0.1',
      'a..b',
    ],
  ],
  [
    'tencentCos',
    ['dify-1250000000', '1-newproject-1250000000'],
    ['dify', 'dify-1250000000-plugin', '-dify-1250000000', 'dify.files-1250000000', `${'a'.repeat(22)}-1250000000`],
  ],
  ['huaweiObs', ['dify', 'dify.files'], ['my-.bucket', 'my.-bucket', 'a..b', '10.0.0.1', '.dify', 'dify_files']],
  ['volcengineTos', ['dify-files'], ['dify.files', 'dify_files', 'dify-', 'ab']],
])('buckets of %s', (block, valid, invalid) => {
  const [provider, fields] = VENDORS[block] ?? [];
  const problemsOf = (bucket: string) => {
    const storage = { provider, [block]: { ...fields, bucket, pluginBucket: bucket } } as JsonObject;
    const result = validateDeployment({ ...SAMPLE_FILES[KUBERNETES], objectStorage: storage });
    return 'deployment' in result ? [] : result.problems.map(({ path }) => formatPath(path));
  };

  it.each(valid)('%s is a valid name', (bucket) => expect(problemsOf(bucket)).toEqual([]));

  it.each(invalid)('%s is not a valid name', (bucket) => {
    expect(problemsOf(bucket)).toEqual([`objectStorage.${block}.bucket`, `objectStorage.${block}.pluginBucket`]);
  });
});

it.each<[string, JsonObject, readonly string[]]>([
  [
    'by the chart',
    { extraValues: { externalMysql: { enabled: true, address: 'db' } } },
    ['extraValues.externalMysql.enabled'],
  ],
  [
    'by a variable',
    { components: { worker: { extraEnv: { DB_TYPE: 'mysql' } } } },
    ['components.worker.extraEnv.DB_TYPE'],
  ],
  ['switched off', { extraValues: { externalMysql: { enabled: false } } }, []],
  ['PostgreSQL, by its own name', { components: { api: { extraEnv: { DB_TYPE: 'postgresql' } } } }, []],
])('MySQL in place of PostgreSQL is refused: %s', (_title, change, problems) => {
  expect(judged(KUBERNETES, change).problems).toEqual(problems);
});

describe('names that vendors and Kubernetes have rules for', () => {
  const s3 = (bucket: string) => ({ objectStorage: { s3: { bucket } } });
  const secret = (secretName: string) => ({ target: { ingress: { tls: { secretName } } } });
  const from = (text: string) => ({ mail: { provider: 'smtp', smtp: { host: 'mx', from: text } } });
  it.each<[string, JsonObject, readonly string[]]>([
    ['a Secret with dots', secret('dify.example.com-tls'), []],
    ['a Secret of 253 characters', secret(Array.from({ length: 6 }, () => 'a'.repeat(41)).join('.')), []],
    ['a Secret of 254 characters', secret('a'.repeat(254)), ['target.ingress.tls.secretName']],
    ['a Secret with capitals', secret('Dify'), ['target.ingress.tls.secretName']],
    ['an ingress class with a blank', { target: { ingress: { className: 'nginx x' } } }, ['target.ingress.className']],
    ['a storage class with a slash', { target: { storageClass: 'a/b' } }, ['target.storageClass']],
    ['a pull secret with dots', { images: { pullSecret: 'reg.cred' } }, []],
    ['a bucket with dots', s3('dify.files-1'), []],
    ['a bucket of two characters', s3('ab'), ['objectStorage.s3.bucket']],
    ['a bucket with capitals', s3('Dify'), ['objectStorage.s3.bucket']],
    ['a bucket with two dots in a row', s3('a..b'), ['objectStorage.s3.bucket']],
    ['a bucket that is an address', s3('192.168.5.4'), ['objectStorage.s3.bucket']],
    ['a sender that is no address', from('Dify'), ['mail.smtp.from']],
    ['a sender with a name', from('Dify <dify@example.com>'), []],
    ['a sender of a line too many', from('a@b.c\nBcc: x@y.z'), ['mail.smtp.from']],
  ])('%s', (_, change, paths) => {
    expect(judged(KUBERNETES, change).problems).toEqual(paths);
  });

  it.each<[string, JsonObject, readonly string[]]>([
    ['an account with a dash', { accountName: 'dify-prod' }, ['objectStorage.azureBlob.accountName']],
    ['an account of 25 characters', { accountName: 'a'.repeat(25) }, ['objectStorage.azureBlob.accountName']],
    ['a container with two dashes in a row', { container: 'a--b' }, ['objectStorage.azureBlob.container']],
    ['a container with a dot', { container: 'a.b' }, ['objectStorage.azureBlob.container']],
    ['names as Azure has them', { accountName: 'difyprod', container: 'dify-files' }, []],
  ])('%s', (_, azureBlob, paths) => {
    expect(judged('prod-kubernetes-sentinel-azure-pgvector', { objectStorage: { azureBlob } }).problems).toEqual(paths);
  });
});
