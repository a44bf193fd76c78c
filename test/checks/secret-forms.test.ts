import { describe, expect, it } from 'vitest';
import { deepMerge, type JsonObject } from '../../src/base/json.ts';
import { type SecretTrait, traitsOf } from '../../src/evidence/secret-traits.ts';
import { SECRETS_FACTS, type SecretFact } from '../../src/evidence/secrets.ts';
import { checkOf, judged } from '../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES, SAMPLE_NAMES, sampleDeployment } from '../support/deployments.ts';

const PROD = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];

function fact(path: string, traits: readonly SecretTrait[]): SecretFact {
  return { path, source: 'env X', unresolved: undefined, length: 43, traits, isPublished: false, sameAs: [] };
}

function verdict(id: string, over: JsonObject, facts: readonly SecretFact[] = []) {
  const deployment = parsedDeployment(deepMerge(PROD, over) as JsonObject);
  return judged(checkOf(id), { deployment, seen: [[SECRETS_FACTS, facts]] });
}

const OWN_LOGIN: JsonObject = {
  postgres: { databases: { plugin: { name: 'dify_plugin', username: 'plugin', password: { env: 'PLUGIN' } } } },
};

describe('secrets that one component accepts and another cannot read', () => {
  it.each<[path: string, value: string, over: JsonObject, status: string, words: RegExp]>([
    ['postgres.password', 'p@ss:/?#%&=+"$!{}', {}, 'pass', /every component can read every secret/],
    [
      'postgres.password',
      'with space',
      {},
      'fail',
      /the plugin daemon writes it into its connection string without quotes/,
    ],
    ['postgres.password', "'quoted", {}, 'fail', /postgres\.password/],
    ['postgres.password', 'ends\\', {}, 'fail', /postgres\.password/],
    ['postgres.password', 'with space', OWN_LOGIN, 'pass', /every component can read every secret/],
    ['postgres.databases.plugin.password', 'with space', OWN_LOGIN, 'fail', /postgres\.databases\.plugin\.password/],
    ['redis.password', 'with space @:/#', {}, 'pass', /every component can read every secret/],
    ['vectorStore.qdrant.apiKey', 'schlüssel-schlüssel', {}, 'fail', /HTTP header/],
    ['vectorStore.qdrant.apiKey', 'a plain key with spaces', {}, 'pass', /every component can read every secret/],
    ['secrets.innerApiKey', 'two\nlines', {}, 'fail', /HTTP header/],
    ['mail.smtp.password', 'paßwort-paßwort', {}, 'fail', /mail server/],
    ['secrets.agentServerSecretKey', 'c29tZXRoaW5nIGVsc2U=', {}, 'fail', /base64url of 32 bytes/],
    [
      'secrets.agentServerSecretKey',
      Buffer.alloc(32, 7).toString('base64url'),
      {},
      'pass',
      /every component can read every secret/,
    ],
  ])('%s %j with %j is %s', (path, value, over, status, words) => {
    const result = verdict('config.password-forms', over, [fact(path, traitsOf(value))]);
    expect([result.status, result.message]).toEqual([status, expect.stringMatching(words)]);
    expect(JSON.stringify(result)).not.toContain(value);
  });

  it('a user name of PostgreSQL counts too', () => {
    const result = verdict('config.password-forms', { postgres: { username: 'dify user' } });
    expect([result.status, result.message]).toEqual(['fail', expect.stringMatching(/user name of PostgreSQL/)]);
  });
});

describe('keys that two components share', () => {
  const ref = (name: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: 'mine', key } } });

  it.each<[what: string, over: JsonObject, status: string, words: RegExp]>([
    ['nothing overridden', {}, 'pass', /no shared key/],
    [
      'one side in extraValues',
      { extraValues: { api: { extraEnv: [ref('PLUGIN_DAEMON_KEY', 'a')] } } },
      'fail',
      /PLUGIN_DAEMON_KEY of api overridden, and PLUGIN_DAEMON_KEY of worker, SERVER_KEY of pluginDaemon and DIFY_AGENT_PLUGIN_DAEMON_API_KEY of agentBackend not/,
    ],
    [
      'one side in components',
      { components: { api: { extraEnv: { INNER_API_KEY_FOR_PLUGIN: 'x' } } } },
      'fail',
      /INNER_API_KEY_FOR_PLUGIN of api overridden/,
    ],
    [
      'both sides alike',
      {
        components: { agentBackend: { enabled: false } },
        extraValues: {
          api: { extraEnv: [ref('CODE_EXECUTION_API_KEY', 'a')] },
          worker: { extraEnv: [ref('CODE_EXECUTION_API_KEY', 'a')] },
          sandbox: { extraEnv: [ref('API_KEY', 'a')] },
        },
      },
      'pass',
      /no shared key/,
    ],
    [
      'both sides otherwise',
      {
        extraValues: {
          agentBackend: { extraEnv: [ref('DIFY_AGENT_SHELLCTL_AUTH_TOKEN', 'a')] },
          localSandbox: { extraEnv: [ref('SHELLCTL_AUTH_TOKEN', 'b')] },
        },
      },
      'fail',
      /each with another value/,
    ],
  ])('%s', (_, over, status, words) => {
    const result = verdict('config.secret-pairs', over);
    expect([result.status, result.message]).toEqual([status, expect.stringMatching(words)]);
  });

  it.each(SAMPLE_NAMES)('%s passes', (name) => {
    const deployment = sampleDeployment(name);
    expect(judged(checkOf('config.secret-pairs'), { deployment }).status).toBe('pass');
  });
});
