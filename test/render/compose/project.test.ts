import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { sampleDeployment } from '../../support/deployments.ts';
import { fakeSecretValues } from '../../support/secrets.ts';
import { COMPOSE_SAMPLES, composeDeployment, composeFile, fileOf, rendered, serviceOf } from './rendering.ts';

const ONE_SHOT = ['init_permissions', 'migration'];
/** Values that upstream publishes, and so the whole world knows. */
const PUBLISHED = [
  'sk-9f73s3ljTXVcMT3Blb3ljTqtsKiGHXVcMT3BlbkFJLK7U',
  'difyai123456',
  'lYkiYYT6owG+71oLerGzA7GXCgOT++6ovaezWAjpCjf+Sjc3ZtU+qUEi',
  'QaHbTe77CtuXmsfyhR7+vRjI/+XbV1AaFy691iy+kGDv2Jvy0/eAh8Y1',
  'WVF5YThaHlkYwhGUSmCRgsX3tD5ngdN8pkih',
  'dify-agent-run-token-for-dev-only',
  'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY',
];

describe.each(COMPOSE_SAMPLES)('%s', (name) => {
  const deployment = sampleDeployment(name);
  const set = rendered(deployment);
  const project = composeFile(set);
  const services = Object.entries(project.services);

  test('has the name of the deployment', () => {
    expect(project.name).toBe(deployment.name);
    for (const [, { labels }] of services) expect(labels['difyctl.deployment']).toBe(deployment.name);
  });

  test('has secrets only in .env, readable only by its owner', () => {
    const secrets = fakeSecretValues(deployment);
    for (const { path, content, mode } of set.files) {
      expect(mode).toBe(path === '.env' ? 0o600 : 0o644);
      if (path === '.env') continue;
      for (const secret of secrets) expect(content).not.toContain(secret);
    }
  });

  test('has no published default', () => {
    for (const { content } of set.files) for (const value of PUBLISHED) expect(content).not.toContain(value);
    expect(Object.values(set.env)).not.toContain('dify-sandbox');
  });

  test('publishes only nginx', () => {
    const publishing = services.filter(([, { ports }]) => ports !== undefined).map(([service]) => service);
    expect(publishing).toEqual(['nginx']);
  });

  test('restarts every service, checks its health, and rotates its log', () => {
    for (const [service, { restart, healthcheck, logging, image, container_name }] of services) {
      const job = ONE_SHOT.includes(service);
      expect(restart).toBe(job ? 'no' : 'unless-stopped');
      expect(healthcheck !== undefined).toBe(!job);
      expect(logging?.options['max-size']).toBe('50m');
      expect(image).not.toMatch(/:latest$/);
      expect(container_name).toBeUndefined();
    }
  });

  test('waits for services that are healthy or done', () => {
    for (const [, { depends_on = {} }] of services) {
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        expect(project.services).toHaveProperty(needed);
        if (ONE_SHOT.includes(needed)) expect(condition).toBe('service_completed_successfully');
      }
    }
  });

  test('mounts relative paths', () => {
    for (const [, { volumes = [] }] of services) {
      for (const { source } of volumes) expect(source).toMatch(/^(\.\.?\/|dify_agent_local_sandbox_)/);
    }
  });

  test('gives sandboxes access only through their proxies', () => {
    expect(project.services.sandbox?.networks).toEqual(['ssrf_proxy_network']);
    expect(project.networks.ssrf_proxy_network?.internal).toBe(true);
    expect(project.services.local_sandbox?.networks).not.toContain('default');
    expect(project.networks.local_sandbox_proxy_network?.internal).toBe(true);
    expect(project.networks.agent_sandbox_network?.internal).toBe(true);
  });
});

describe('data services', () => {
  const external = {
    postgres: { mode: 'external', host: 'pg', password: { env: 'A' } },
    redis: { mode: 'external', host: 'r' },
    vectorStore: { mode: 'external', provider: 'qdrant', qdrant: { url: 'http://q:6333' } },
    objectStorage: { provider: 's3', s3: { bucket: 'bkt', accessKey: { env: 'B' }, secretKey: { env: 'C' } } },
  };
  const rows = [
    ['postgres', 'db_postgres'],
    ['redis', 'redis'],
    ['vectorStore', 'weaviate'],
    ['objectStorage', 'init_permissions'],
  ] as const;
  test.each(rows)('external %s renders nothing of %s', (key, service) => {
    const bundled = fileOf(rendered(composeDeployment()), 'compose.yaml');
    expect(bundled).toMatch(new RegExp(`^ +${service}:`, 'm'));
    const without = fileOf(rendered(composeDeployment({ [key]: external[key] })), 'compose.yaml');
    expect(without).not.toMatch(new RegExp(`^ +${service}:`, 'm'));
    expect(without).not.toContain(
      `./volumes/${{ postgres: 'db', redis: 'redis', vectorStore: 'weaviate', objectStorage: 'app' }[key]}`,
    );
  });

  test('existing data is in the folders of upstream', () => {
    const project = composeFile(rendered(composeDeployment()));
    const mounts = Object.values(project.services).flatMap(({ volumes = [] }) =>
      volumes.map(({ source, target }) => `${source}:${target}`),
    );
    expect(mounts).toEqual(
      expect.arrayContaining([
        './volumes/db/data:/var/lib/postgresql/data',
        './volumes/redis/data:/data',
        './volumes/weaviate:/var/lib/weaviate',
        './volumes/app/storage:/app/api/storage',
        './volumes/plugin_daemon:/app/storage',
        './volumes/sandbox/dependencies:/dependencies',
        './volumes/sandbox/conf:/conf',
        'dify_agent_local_sandbox_home:/home/dify',
        'dify_agent_local_sandbox_workspace:/workspace',
      ]),
    );
  });

  test('no password is in a command or a health check', () => {
    const set = rendered(composeDeployment());
    for (const { command = [], healthcheck } of Object.values(composeFile(set).services)) {
      for (const word of [...command, ...(healthcheck?.test ?? [])]) expect(word).not.toContain('DIFY_SECRET_');
    }
  });
});

describe('the number of containers', () => {
  test('prod has several containers of each component that allows it', () => {
    const project = composeFile(rendered(sampleDeployment('prod-compose-s3-qdrant')));
    const replicas = (service: string): number => project.services[service]?.deploy?.replicas ?? 0;
    for (const service of ['api', 'worker', 'web', 'sandbox']) expect(replicas(service)).toBeGreaterThan(1);
    for (const service of ['worker_beat', 'api_websocket', 'plugin_daemon', 'local_sandbox', 'nginx']) {
      expect(replicas(service)).toBe(1);
    }
  });

  test('the bundled PostgreSQL accepts as many connections as the processes may open', () => {
    const connections = (over: Readonly<Record<string, unknown>>) =>
      serviceOf(rendered(composeDeployment(over)), 'db_postgres').command?.[2];
    expect(connections({})).toBe('max_connections=200');
    expect(connections({ components: { api: { replicas: 4 }, worker: { replicas: 4 } } })).toBe('max_connections=449');
  });

  test('a CPU limit exists only if the file has one', () => {
    const limits = (over: Readonly<Record<string, unknown>>) =>
      JSON.stringify(serviceOf(rendered(composeDeployment(over)), 'api').deploy).includes('cpus');
    expect(limits({})).toBe(false);
    expect(limits({ components: { api: { resources: { limits: { cpu: '1500m' } } } } })).toBe(true);
  });
});

describe('a disabled component', () => {
  test('is removed from the services that wait for it', () => {
    const set = rendered(
      composeDeployment({ components: { agentBackend: { enabled: false }, localSandbox: { enabled: false } } }),
    );
    const text = fileOf(set, 'compose.yaml');
    for (const word of ['agent_backend', 'local_sandbox', 'agent_ssrf_proxy', 'agent_sandbox_network']) {
      expect(text).not.toContain(word);
    }
    expect(set.files.map(({ path }) => path)).not.toContain('ssrf_proxy/squid-agent.conf');
  });
});

describe('paths and images', () => {
  const target = (over: Readonly<Record<string, unknown>>) => ({
    type: 'compose',
    tls: { certFile: './tls/full.pem', keyFile: '/etc/key.pem' },
    ...over,
  });
  const mounts = (over: Readonly<Record<string, unknown>>): readonly string[] => {
    const set = rendered(composeDeployment({ target: target(over), urls: undefined }));
    return (serviceOf(set, 'nginx').volumes ?? []).map(({ source }) => source);
  };
  test('certificate and key are mounted from their own paths', () => {
    expect(mounts({})).toEqual(['./nginx/nginx.conf', '../tls/full.pem', '../../../etc/key.pem']);
    expect(mounts({ directory: '/srv/dify' })).toEqual([
      './nginx/nginx.conf',
      '../config/tls/full.pem',
      '../../etc/key.pem',
    ]);
    expect(mounts({ directory: '.' })).toEqual(['./nginx/nginx.conf', './tls/full.pem', '../../etc/key.pem']);
  });

  test('a CA file is mounted into every container that connects', () => {
    const postgres = {
      mode: 'external',
      host: 'pg',
      password: { env: 'A' },
      tls: { mode: 'verify-full', caFile: './ca.pem' },
    };
    const set = rendered(composeDeployment({ postgres }));
    for (const service of ['migration', 'api', 'api_websocket', 'worker', 'worker_beat', 'plugin_daemon']) {
      expect(serviceOf(set, service).volumes).toContainEqual(
        expect.objectContaining({
          source: '../ca.pem',
          target: '/etc/difyctl/certificates/postgres-ca.pem',
          read_only: true,
        }),
      );
    }
  });

  test('a CA file of the object storage is mounted at the path in the variables', () => {
    const s3 = {
      endpoint: 'https://s3.example',
      caFile: './ca.pem',
      bucket: 'dify',
      accessKey: { env: 'A' },
      secretKey: { env: 'B' },
    };
    const set = rendered(composeDeployment({ objectStorage: { provider: 's3', s3 } }));
    const target = '/etc/difyctl/certificates/object-storage/ca.pem';
    for (const service of ['api', 'plugin_daemon']) {
      expect(serviceOf(set, service).volumes).toContainEqual(expect.objectContaining({ source: '../ca.pem', target }));
    }
    expect(serviceOf(set, 'api').environment).toMatchObject({ AWS_CA_BUNDLE: target });
    expect(serviceOf(set, 'plugin_daemon').environment).toMatchObject({
      SSL_CERT_DIR: '/etc/ssl/certs:/etc/difyctl/certificates/object-storage',
    });
  });

  test('local storage is in the folder of the file', () => {
    const objectStorage = { provider: 'local', local: { path: '/data/dify' } };
    expect(serviceOf(rendered(composeDeployment({ objectStorage })), 'api').volumes).toContainEqual(
      expect.objectContaining({ source: '../../../data/dify', target: '/app/api/storage' }),
    );
  });

  test('images come from the registry of the file', () => {
    const set = rendered(composeDeployment({ images: { registry: 'registry.example.internal/dify' } }));
    for (const { image } of Object.values(composeFile(set).services)) {
      expect(image).toMatch(/^registry\.example\.internal\/dify\//);
    }
  });
});

test.each(['1.12.1', '1.17.0'])('Dify %s is refused by name', (version) => {
  expect(() => rendered(composeDeployment({ version }))).toThrow(UserError);
});
