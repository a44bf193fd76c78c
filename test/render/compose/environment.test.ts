import { describe, expect, test } from 'vitest';
import type { SecretValues } from '../../../src/deployment/secrets.ts';
import { OBJECT_STORES } from '../dify-env/object-storage-facts.ts';
import { fakeSecret } from '../dify-env/resolved.ts';
import { VECTOR_STORES } from '../dify-env/vector-store-facts.ts';
import { composeDeployment, effectiveEnvironment, rendered } from './rendering.ts';

const ref = { env: 'X' };
const secrets: SecretValues = { get: fakeSecret, has: () => true, unresolved: [] };
const REDIS = {
  standalone: { mode: 'external', host: 'r', password: ref },
  sentinel: {
    mode: 'external',
    topology: 'sentinel',
    password: ref,
    sentinel: { master: 'm', nodes: ['s1:26379', 's2:26379'], password: ref },
  },
} as const;
const TOPOLOGIES = ['standalone', 'sentinel'] as const;

describe.each(TOPOLOGIES)('with a %s Redis', (topology) => {
  test.each(OBJECT_STORES)('object storage %s', (provider, block, api, plugin) => {
    const set = rendered(composeDeployment({ redis: REDIS[topology], objectStorage: { provider, ...block } }), secrets);
    for (const service of ['api', 'worker', 'worker_beat', 'api_websocket', 'migration']) {
      expect(effectiveEnvironment(set, service)).toMatchObject(api);
    }
    const { PLUGIN_WORKING_PATH: _path, ...storage } = { PLUGIN_WORKING_PATH: '', ...plugin };
    expect(effectiveEnvironment(set, 'plugin_daemon')).toMatchObject({
      ...storage,
      PLUGIN_WORKING_PATH: '/app/storage/cwd',
    });
  });

  test.each(VECTOR_STORES)('vector store %s', (provider, block, expected) => {
    const vectorStore = { mode: 'external', provider, [provider]: block };
    const deployment = composeDeployment({ redis: REDIS[topology], vectorStore });
    const want = provider === 'qdrant' ? { ...expected, QDRANT_REPLICATION_FACTOR: '1' } : expected;
    for (const service of ['api', 'worker']) {
      expect(effectiveEnvironment(rendered(deployment, secrets), service)).toMatchObject({
        VECTOR_STORE: provider,
        ...want,
      });
    }
  });

  test('the broker', () => {
    const set = rendered(composeDeployment({ redis: REDIS[topology] }), secrets);
    const password = encodeURIComponent(fakeSecret('redis.password')).replaceAll("'", '%27');
    expect(effectiveEnvironment(set, 'worker').CELERY_BROKER_URL).toBe(
      topology === 'standalone'
        ? `redis://:${password}@r:6379/1`
        : `sentinel://:${password}@s1:26379/1;sentinel://:${password}@s2:26379/1`,
    );
    expect(effectiveEnvironment(set, 'plugin_daemon').REDIS_PASSWORD).toBe(fakeSecret('redis.password'));
  });
});

describe('the environment of each container', () => {
  const set = rendered(composeDeployment({ components: { web: { extraEnv: { CSP_WHITELIST: "$HOME 'self'" } } } }));

  test('passes a dollar sign of the file to the process', () => {
    expect(effectiveEnvironment(set, 'web').CSP_WHITELIST).toBe("$HOME 'self'");
  });

  test('has no secret that it does not need', () => {
    const secretsOf = (service: string): readonly string[] => {
      const values = new Set(Object.values(effectiveEnvironment(set, service)));
      return Object.entries(set.env).flatMap(([name, value]) => (values.has(value) ? [name] : []));
    };
    expect(secretsOf('web')).toEqual([]);
    expect(secretsOf('sandbox')).toEqual(['DIFY_SECRET_SANDBOX_API_KEY']);
    expect(secretsOf('local_sandbox')).toEqual(['DIFY_SECRET_AGENT_SANDBOX_TOKEN']);
    expect(secretsOf('db_postgres')).toEqual(['DIFY_SECRET_POSTGRES_PASSWORD']);
    expect(secretsOf('redis')).toEqual(['DIFY_SECRET_REDIS_PASSWORD']);
    expect(secretsOf('weaviate')).toEqual(['DIFY_SECRET_VECTOR_STORE_API_KEY']);
    expect(secretsOf('plugin_daemon')).not.toContain('DIFY_SECRET_SECRET_KEY');
  });

  test('only one process migrates, before all others', () => {
    expect(effectiveEnvironment(set, 'migration')).toMatchObject({ MODE: 'migration', MIGRATION_ENABLED: 'true' });
    for (const service of ['api', 'worker', 'worker_beat', 'api_websocket']) {
      expect(effectiveEnvironment(set, service).MIGRATION_ENABLED).toBe('false');
    }
  });
});
