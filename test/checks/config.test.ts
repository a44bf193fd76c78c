import { describe, expect, it } from 'vitest';
import { deepMerge, type JsonObject } from '../../src/base/json.ts';
import { isPinned } from '../../src/checks/config/pinned-images.ts';
import { RENDERED_OBJECTS } from '../../src/evidence/rendered/set.ts';
import { SECRETS_FACTS, type SecretFact } from '../../src/evidence/secrets.ts';
import { checkOf, judged } from '../support/check-runs.ts';
import { rendered, shape, workload } from '../support/cluster-facts.ts';
import { parsedDeployment, SAMPLE_FILES, type SampleName } from '../support/deployments.ts';

function verdict(id: string, sample: SampleName, over: JsonObject = {}): readonly [status: string, words: string] {
  const deployment = parsedDeployment(deepMerge(SAMPLE_FILES[sample], over) as JsonObject);
  const check = checkOf(id);
  const arises = check.when?.(deployment, deployment.tier) ?? true;
  if (arises !== true) return ['skip', ''];
  const { status, message } = judged(check, { deployment });
  return [status, message];
}

const PROD: SampleName = 'prod-kubernetes-s3-qdrant';
const SENTINEL: SampleName = 'prod-kubernetes-sentinel-without-agent';
const COMPOSE: SampleName = 'test-compose-bundled';

describe('rules on the file alone', () => {
  it.each<[string, SampleName, JsonObject, string, RegExp]>([
    ['config.debug-logs', PROD, {}, 'pass', /INFO/],
    ['config.debug-logs', PROD, { logging: { level: 'DEBUG' } }, 'fail', /logging\.level DEBUG/],
    ['config.debug-logs', COMPOSE, { logging: { level: 'DEBUG' } }, 'pass', /DEBUG/],
    [
      'config.debug-logs',
      PROD,
      { components: { api: { extraEnv: { FLASK_DEBUG: true } } } },
      'fail',
      /api\.extraEnv\.FLASK_DEBUG/,
    ],
    ['config.debug-logs', PROD, { components: { api: { extraEnv: { DEBUG: 'false' } } } }, 'pass', /./],
    ['config.replicas', PROD, {}, 'pass', /two or more/],
    ['config.replicas', PROD, { components: { web: { replicas: 1 } } }, 'fail', /only one replica of web/],
    ['config.replicas', PROD, { components: { agentBackend: { enabled: false, replicas: 1 } } }, 'pass', /./],
    ['config.replicas', COMPOSE, {}, 'pass', /only one replica of api, worker, web and sandbox/],
    ['config.external-data-services', PROD, {}, 'pass', /external/],
    ['config.external-data-services', COMPOSE, {}, 'pass', /bundled postgres and redis/],
    ['config.local-storage', PROD, {}, 'pass', /s3/],
    ['config.tls', PROD, {}, 'pass', /https/],
    ['config.tls', PROD, { urls: { files: 'http://files.example.com' } }, 'fail', /urls\.files without TLS/],
    ['vector-store.single-point-of-failure', COMPOSE, {}, 'pass', /one copy/],
    ['host.single-point-of-failure', COMPOSE, {}, 'pass', /one machine/],
    ['host.single-point-of-failure', PROD, {}, 'skip', /^$/],
    ['redis.topology', PROD, {}, 'warn', /one address/],
    ['redis.topology', PROD, { redis: { managed: { by: 'aws-elasticache', ha: true } } }, 'warn', /declared, not seen/],
    ['redis.topology', SENTINEL, {}, 'pass', /3 sentinels/],
    ['redis.topology', SENTINEL, { redis: { sentinel: { nodes: ['a:1', 'b:1'] } } }, 'fail', /2 sentinels/],
    ['redis.agent-backend', SENTINEL, {}, 'warn', /switched off/],
    ['redis.agent-backend', 'prod-kubernetes-sentinel-azure-pgvector', {}, 'pass', /agentUrl is set/],
    ['redis.agent-backend', PROD, {}, 'skip', /^$/],
  ])('%s: %s %j is %s', (id, sample, over, status, words) => {
    const [found, message] = verdict(id, sample, over);
    expect(found).toBe(status);
    expect(message).toMatch(words);
  });
});

describe('secrets', () => {
  const fact = (path: string, over: Partial<SecretFact> = {}): SecretFact => ({
    path,
    source: 'env X',
    unresolved: undefined,
    length: 43,
    traits: [],
    isPublished: false,
    sameAs: [],
    ...over,
  });

  it.each<[string, SecretFact, string, RegExp]>([
    ['config.secrets', fact('postgres.password'), 'pass', /1 secret resolved/],
    [
      'config.secrets',
      fact('postgres.password', { unresolved: 'X is not set' }),
      'fail',
      /postgres\.password: X is not set/,
    ],
    [
      'config.secrets',
      fact('postgres.password', { source: 'external', unresolved: 'it is in SecretStore/vault dify' }),
      'unknown',
      /^difyctl has not read 1 secret of the store yet, so the services that need them were not probed\npostgres\.password: it is in SecretStore\/vault dify$/,
    ],
    [
      'config.published-secrets',
      fact('a.b', { source: 'external', unresolved: 'it is in a store' }),
      'skip',
      /config\.secrets/,
    ],
    ['config.secrets', fact('postgres.password', { traits: ['space-at-end'] }), 'warn', /white space or a line break/],
    ['config.secrets', fact('redis.password', { traits: ['space', 'lines'] }), 'pass', /1 secret/],
    [
      'config.secrets',
      fact('objectStorage.gcs.serviceAccountJson', { traits: ['space-at-end', 'lines'] }),
      'pass',
      /1 secret/,
    ],
    ['config.published-secrets', fact('objectStorage.s3.accessKey', { length: 5 }), 'pass', /no short secret/],
    ['config.published-secrets', fact('objectStorage.azureBlob.accountKey', { length: 5 }), 'warn', /5 characters/],
    ['config.published-secrets', fact('postgres.password', { isPublished: true }), 'fail', /publishes/],
    ['config.published-secrets', fact('postgres.password', { length: 6 }), 'warn', /6 characters/],
    ['config.published-secrets', fact('secrets.secretKey', { sameAs: ['secrets.innerApiKey'] }), 'warn', /same value/],
    [
      'config.published-secrets',
      fact('redis.password', { sameAs: ['redis.sentinel.password'] }),
      'pass',
      /no short secret/,
    ],
    ['config.published-secrets', fact('a.b', { unresolved: 'gone', isPublished: true }), 'pass', /./],
  ])('%s with %j is %s', (id, one, status, words) => {
    const result = judged(checkOf(id), {
      deployment: parsedDeployment(SAMPLE_FILES[PROD]),
      seen: [[SECRETS_FACTS, [one]]],
    });
    expect([result.status, result.message]).toEqual([status, expect.stringMatching(words)]);
  });
});

describe('images', () => {
  it.each([
    ['langgenius/dify-api:1.16.1', true],
    ['registry:5000/dify-api:1.16.1', true],
    ['registry:5000/dify-api', false],
    ['nginx', false],
    ['nginx:latest', false],
    ['nginx:latest@sha256:0123', true],
  ])('%s', (image, expected) => {
    expect(isPinned(image)).toBe(expected);
  });

  it('names the images with a moving tag', () => {
    const workloads = [workload('proxy', 1, shape(1, 1), { images: ['nginx:latest'] })];
    const seen = [[RENDERED_OBJECTS, rendered({ workloads })]] as const;
    const deployment = parsedDeployment(SAMPLE_FILES[PROD]);
    expect(judged(checkOf('config.pinned-images'), { deployment, seen })).toMatchObject({
      status: 'fail',
      message: 'not pinned: nginx:latest; expected a version or a digest for each image',
    });
  });
});
