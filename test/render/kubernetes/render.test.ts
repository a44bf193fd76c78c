import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { at, listAt, textAt } from '../../../src/base/json-path.ts';
import { ownLabels } from '../../../src/base/own-labels.ts';
import { COMPONENTS } from '../../../src/checklist/components.ts';
import { renderKubernetes } from '../../../src/render/kubernetes/render.ts';
import { sampleDeployment } from '../../support/deployments.ts';
import { fakeSecrets } from '../../support/secrets.ts';
import { fixtureFacts } from './support/charts.ts';
import { KUBERNETES_SAMPLES, kubernetesDeployment, rendered } from './support/rendering.ts';

const ref = { env: 'X' };
const values = (over: Readonly<Record<string, unknown>>) => rendered(kubernetesDeployment(over)).values;
const kubernetes = (fields: JsonObject) => ({ target: { type: 'kubernetes', ...fields } });

describe('prod', () => {
  const set = rendered(sampleDeployment('prod-kubernetes-s3-qdrant'));

  test('several replicas have a budget of one, and soft anti-affinity', () => {
    const budgets = set.manifests.filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budgets.map(({ metadata }) => metadata.name)).toEqual([
      'dify-api',
      'dify-worker',
      'dify-web',
      'dify-sandbox',
      'dify-ssrf-proxy',
      'dify-agent-backend',
      'dify-proxy',
    ]);
    for (const { spec } of budgets) expect(spec).toMatchObject({ maxUnavailable: 1 });
    expect(set.values.api).toHaveProperty('affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution');
    expect(set.values.pluginDaemon).not.toHaveProperty('affinity');
  });

  test('bundled services are off', () => {
    expect(set.values).toMatchObject({
      postgresql: { enabled: false },
      redis: { enabled: false },
      weaviate: { enabled: false },
    });
  });
});

test('test renders no objects beside the chart', () => {
  expect(rendered(sampleDeployment('test-kubernetes-bundled')).manifests).toEqual([]);
});

test.each(KUBERNETES_SAMPLES)('%s: no image is pulled by a moving tag', (name) => {
  const { image } = rendered(sampleDeployment(name)).values as { image: Record<string, { tag: string }> };
  for (const [component, { tag }] of Object.entries(image)) expect(tag, component).not.toMatch(/^(latest)?$/);
});

test('without mail the chart’s placeholder provider is off', () => {
  expect(values({})).toHaveProperty('api.mail.type', '');
});

describe('images', () => {
  const set = values({ images: { registry: 'registry.example/dify', pullSecret: 'regcred' } });

  test('come from the registry, with the same paths, and the pull secret is a string', () => {
    expect(set.image).toMatchObject({
      api: { repository: 'registry.example/dify/langgenius/dify-api', pullSecrets: ['regcred'] },
      proxy: { repository: 'registry.example/dify/nginx' },
    });
  });

  test('also of bundled services', () => {
    for (const service of ['postgresql', 'redis', 'weaviate']) {
      expect(set[service]).toMatchObject({ image: { registry: 'registry.example/dify', pullSecrets: ['regcred'] } });
    }
  });
});

describe('the entry', () => {
  const hosts = { console: 'https://a.example.com', api: 'https://b.example.com', app: 'https://a.example.com:8443' };
  const urls = { ...hosts, files: 'https://10.0.0.1', trigger: 'https://c.example.com' };

  test('has each public host once, and an IP address as any host', () => {
    const set = values({ urls, ...kubernetes({ ingress: { className: 'nginx', tls: { secretName: 't' } } }) });
    const { ingress } = set as { ingress: { hosts: { host: string }[]; tls: { hosts: string[] }[] } };
    expect(ingress.hosts.map(({ host }) => host)).toEqual(['a.example.com', 'b.example.com', '', 'c.example.com']);
    expect(ingress.tls).toEqual([{ secretName: 't', hosts: ['a.example.com', 'b.example.com', 'c.example.com'] }]);
  });

  test('configures nginx for large bodies and long streams, and annotations of the file override', () => {
    const annotations = { 'nginx.ingress.kubernetes.io/proxy-body-size': '1g' };
    expect(values(kubernetes({ ingress: { className: 'nginx', annotations } })).ingress).toMatchObject({
      annotations: { ...annotations, 'nginx.ingress.kubernetes.io/proxy-read-timeout': '3600' },
    });
    expect(values(kubernetes({ ingress: { className: 'traefik' } })).ingress).toMatchObject({ annotations: {} });
  });

  test('accepts bodies as large as the largest upload that the file allows', () => {
    const components = { api: { extraEnv: { UPLOAD_VIDEO_FILE_SIZE_LIMIT: 500, UPLOAD_FILE_BATCH_LIMIT: 900 } } };
    expect(values({ components })).toHaveProperty('proxy.clientMaxBodySize', '500m');
    expect(values({})).toHaveProperty('proxy.clientMaxBodySize', '100m');
  });

  test('passes requests of browsers on to the marketplace only if the file asks for it', () => {
    const address = (over: JsonObject) => {
      const set = values(over);
      const extra = listAt(set, 'web', 'extraEnv').find((one) => textAt(one, 'name') === 'MARKETPLACE_API_URL');
      return [textAt(extra, 'value'), at(set, 'global', 'marketplace')];
    };
    expect(address({})).toEqual(['https://marketplace.dify.ai', undefined]);
    expect(address({ marketplace: { proxy: true } })).toEqual(['/marketplace', { apiProxyEnabled: true }]);
  });

  test('an HTTPRoute routes every public host to nginx', () => {
    const gateway = { name: 'public', namespace: 'gateways', sectionName: 'https' };
    const over = { urls: { ...urls, files: urls.api }, ...kubernetes({ httpRoute: { gateway } }) };
    const set = rendered(kubernetesDeployment(over));
    expect(set.values.ingress).toEqual({ enabled: false });
    expect(set.manifests).toEqual([
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: 'dify', namespace: 'dify', labels: { ...ownLabels('dify') } },
        spec: {
          parentRefs: [gateway],
          hostnames: ['a.example.com', 'b.example.com', 'c.example.com'],
          rules: [
            {
              matches: [{ path: { type: 'PathPrefix', value: '/' } }],
              backendRefs: [{ name: 'dify', port: 80 }],
              timeouts: { request: '1h', backendRequest: '1h' },
            },
          ],
        },
      },
    ]);
  });

  test('a load balancer is the Service of nginx', () => {
    const loadBalancer = { annotations: { 'example.com/tls': 'yes' }, sourceRanges: ['192.0.2.0/24'] };
    expect(values(kubernetes({ loadBalancer }))).toMatchObject({
      ingress: { enabled: false },
      service: {
        type: 'LoadBalancer',
        annotations: loadBalancer.annotations,
        loadBalancerSourceRanges: loadBalancer.sourceRanges,
      },
    });
  });

  test('only one kind of entry is accepted', () => {
    const two = { httpRoute: { gateway: { name: 'public' } }, loadBalancer: {} };
    expect(() => kubernetesDeployment(kubernetes(two))).toThrow(
      'target.loadBalancer: not together with target.httpRoute; keep one of the two',
    );
  });

  test('an entry requires nginx', () => {
    const over = { ...kubernetes({ loadBalancer: {} }), components: { proxy: { enabled: false } } };
    expect(() => values(over)).toThrow('components.proxy.enabled cannot be false: target.loadBalancer routes to it');
  });

  test('without an ingress block no Ingress is rendered', () => {
    expect(values({}).ingress).toEqual({ enabled: false });
  });
});

describe('components', () => {
  test('get their own service account without a token, and no privileges that their images do not need', () => {
    const set = values({}) as Readonly<Record<string, JsonObject>>;
    const hardened = COMPONENTS.map((name) => {
      const { serviceAccount, podSecurityContext, containerSecurityContext } = set[name] ?? {};
      return { name, serviceAccount, podSecurityContext, containerSecurityContext };
    });
    const free = ['sandbox', 'ssrfProxy', 'localSandbox'];
    expect(hardened).toEqual(
      COMPONENTS.map((name) => ({
        name,
        serviceAccount: { create: true, automountServiceAccountToken: false },
        podSecurityContext: { seccompProfile: { type: 'RuntimeDefault' } },
        containerSecurityContext: free.includes(name) ? undefined : { allowPrivilegeEscalation: false },
      })),
    );
  });

  test('without a replicas key get none', () => {
    expect(values({}).beat).not.toHaveProperty('replicas');
    expect(values({}).localSandbox).not.toHaveProperty('replicas');
  });

  test('a log level is the key of the chart, from any field of the file', () => {
    const set = values({ logging: { level: 'WARNING' }, components: { worker: { extraEnv: { LOG_LEVEL: 'DEBUG' } } } });
    expect(set.api).toMatchObject({ logLevel: 'WARNING' });
    expect(set.worker).toMatchObject({ logLevel: 'DEBUG' });
    expect(JSON.stringify(set.worker)).not.toContain('"LOG_LEVEL"');
    expect(set.pluginDaemon).toMatchObject({
      extraEnv: expect.arrayContaining([{ name: 'LOG_LEVEL', value: 'WARN' }]),
    });
    expect(JSON.stringify(values({}).pluginDaemon)).not.toContain('LOG_LEVEL');
  });

  test('a dollar sign and parentheses of the file reach the process', () => {
    const set = values({ components: { web: { extraEnv: { GREETING: '$(HOSTNAME) costs $5' } } } });
    expect(set.web).toMatchObject({
      extraEnv: expect.arrayContaining([{ name: 'GREETING', value: '$$(HOSTNAME) costs $5' }]),
    });
  });

  test('a node selector is for every component and bundled service; a component may have its own', () => {
    const set = values({
      ...kubernetes({ nodeSelector: { pool: 'dify' } }),
      components: { web: { nodeSelector: { pool: 'front' } } },
    });
    const placed = (key: string) => ({ [key]: { nodeSelector: { pool: 'dify' } } });
    expect(set).toMatchObject({
      ...placed('api'),
      ...placed('proxy'),
      ...placed('pluginDaemon'),
      ...placed('weaviate'),
      web: { nodeSelector: { pool: 'front' } },
      postgresql: { primary: { nodeSelector: { pool: 'dify' } } },
      redis: { master: { nodeSelector: { pool: 'dify' } } },
    });
  });

  test.each([
    ['ClusterIssuer', 'cert-manager.io/cluster-issuer'],
    ['Issuer', 'cert-manager.io/issuer'],
  ])('a %s of cert-manager is named by its annotation', (kind, annotation) => {
    const tls = { secretName: 'dify-tls', issuer: { kind, name: 'letsencrypt' } };
    const { ingress } = values(kubernetes({ ingress: { className: 'traefik', tls } }));
    expect(ingress).toMatchObject({ annotations: { [annotation]: 'letsencrypt' }, tls: [{ secretName: 'dify-tls' }] });
  });

  test('place', () => {
    const web = { nodeSelector: { pool: 'dify' }, priorityClassName: 'high' };
    expect(values({ components: { web } }).web).toMatchObject(web);
  });
});

describe('data services', () => {
  test('a name that YAML would not read as a string is set by extraEnv', () => {
    const set = values({
      postgres: { mode: 'external', host: '0x10', password: ref, databases: { main: 'dify', plugin: 'p' } },
      vectorStore: {
        mode: 'external',
        provider: 'pgvector',
        pgvector: { host: 'v', username: 'u', password: ref, database: 'on' },
      },
    });
    expect(set).toMatchObject({
      externalPostgres: { address: 'see-extra-env' },
      externalPgvector: { dbName: 'see-extra-env', address: 'v' },
      worker: {
        extraEnv: expect.arrayContaining([
          { name: 'DB_HOST', value: '0x10' },
          { name: 'PGVECTOR_DATABASE', value: 'on' },
        ]),
      },
    });
  });

  test('S3 of AWS: the region’s endpoint, workload identity by service accounts', () => {
    const s3 = { bucket: 'bkt', region: 'cn-north-1', identity: 'workload' };
    const set = values({ objectStorage: { provider: 's3', s3 } });
    expect(set).toMatchObject({
      externalS3: {
        endpoint: 'https://s3.cn-north-1.amazonaws.com.cn',
        useIAM: true,
        bucketName: { api: 'bkt', pluginDaemon: 'bkt-plugin' },
      },
      api: { serviceAccount: { create: true } },
      worker: { serviceAccount: { create: true } },
      pluginDaemon: { serviceAccount: { create: true } },
    });
    expect(JSON.stringify(set)).not.toContain('S3_ACCESS_KEY');
  });

  test('Azure and Google with workload identity: service accounts, and the literals that both processes read', () => {
    const accounts = {
      api: { serviceAccount: { create: true } },
      worker: { serviceAccount: { create: true } },
      pluginDaemon: { serviceAccount: { create: true } },
    };
    const accountUrl = 'https://acme.blob.core.windows.net';
    const azureBlob = { accountName: 'acme', accountUrl, container: 'dify', identity: 'workload' };
    const azure = values({ objectStorage: { provider: 'azure-blob', azureBlob } });
    expect(azure).toMatchObject(accounts);
    expect(azure).toMatchObject({
      api: { extraEnv: expect.arrayContaining([{ name: 'AZURE_BLOB_ACCOUNT_KEY', value: 'managedidentity' }]) },
      pluginDaemon: {
        extraEnv: expect.arrayContaining([
          { name: 'AZURE_BLOB_STORAGE_ACCOUNT_URL', value: accountUrl },
          { name: 'AZURE_BLOB_STORAGE_USE_MANAGED_IDENTITY', value: 'true' },
        ]),
      },
    });
    expect(JSON.stringify(azure)).not.toContain('AZURE_BLOB_STORAGE_CONNECTION_STRING');
    const google = values({ objectStorage: { provider: 'gcs', gcs: { bucket: 'bkt', identity: 'workload' } } });
    expect(google).toMatchObject({ ...accounts, externalGCS: { serviceAccountJsonBase64: '' } });
    expect(JSON.stringify(google)).not.toMatch(/SERVICE_ACCOUNT_JSON|GCS_CREDENTIALS/);
  });

  test('the storage class applies to claims and to bundled services', () => {
    expect(values(kubernetes({ storageClass: 'fast' }))).toMatchObject({
      api: { persistence: { persistentVolumeClaim: { storageClass: 'fast' } } },
      pluginDaemon: { persistence: { persistentVolumeClaim: { storageClass: 'fast' } } },
      postgresql: { primary: { persistence: { storageClass: 'fast' } } },
      redis: { master: { persistence: { storageClass: 'fast' } } },
      weaviate: { storage: { storageClassName: 'fast' } },
    });
  });

  test('with Sentinel and no URL for the agent, its components are off', () => {
    expect(rendered(sampleDeployment('prod-kubernetes-sentinel-without-agent')).values).toMatchObject({
      agentBackend: { enabled: false },
      localSandbox: { enabled: false },
    });
  });
});

describe('refused', () => {
  test.each([
    [{ components: { pluginDaemon: { enabled: false } } }, 'components.pluginDaemon.enabled'],
    [{ components: { proxy: { enabled: false } }, ...kubernetes({ ingress: {} }) }, 'components.proxy.enabled'],
    [{ components: { worker: { extraEnv: { MODE: 'api' } } } }, 'components.worker.extraEnv.MODE'],
    [{ components: { beat: { extraEnv: { CELERY_BROKER_URL: 'redis://x' } } } }, 'redis.password'],
  ])('%j', (over, path) => {
    expect(() => values(over)).toThrow(path);
    expect(() => values(over)).toThrow(UserError);
  });

  test('a CA file that was not read', () => {
    const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');
    expect(() => renderKubernetes(deployment, fakeSecrets(deployment), fixtureFacts(), new Map())).toThrow(
      'postgres.tls.caFile',
    );
  });
});

describe('beat, whose pods get no checksum annotation from the chart, is rolled', () => {
  const s3 = sampleDeployment('prod-kubernetes-s3-qdrant');
  const beat = (over: Partial<typeof s3>) => JSON.stringify(rendered({ ...s3, ...over }).values.beat);

  test.each([
    ['the database moves', { postgres: { ...s3.postgres, host: 'other.example.internal' } }],
    ['a public address changes', { urls: { ...s3.urls, console: 'https://other.example.com' } }],
    ['extraValues change the configuration', { extraValues: { global: { marketplace: { enabled: false } } } }],
  ] as const)('if %s', (_, over) => {
    expect(beat(over as Partial<typeof s3>)).not.toBe(beat({}));
  });

  test('is not rolled if another component is scaled', () => {
    const web = { ...s3.components.web, replicas: 5 };
    expect(beat({ components: { ...s3.components, web } })).toBe(beat({}));
  });
});
