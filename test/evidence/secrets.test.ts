import { expect, it } from 'vitest';
import type { SecretValues } from '../../src/deployment/secrets.ts';
import { isPlainDsnValue } from '../../src/evidence/secret-traits.ts';
import { type SecretFact, secretsFactsCollector } from '../../src/evidence/secrets.ts';
import { collectContext } from '../support/check-runs.ts';
import { sampleDeployment } from '../support/deployments.ts';
import { fakeSecrets, fakeSecretValues } from '../support/secrets.ts';

const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');

async function factsOf(values: Readonly<Record<string, string>>, unresolved: SecretValues['unresolved'] = []) {
  const fakes = fakeSecrets(deployment);
  const secrets = {
    has: (path: string) => fakes.has(path),
    get: (path: string) => values[path] ?? fakes.get(path),
    unresolved,
  };
  const need = () => Promise.reject(new Error('needs nothing'));
  const facts = await secretsFactsCollector.collect(collectContext({ deployment, secrets }), need);
  return (path: string): SecretFact | undefined => facts.find((fact) => fact.path === path);
}

it('reports the traits of a secret', async () => {
  const fact = await factsOf({
    'postgres.password': 'p@ss/word=1',
    'redis.password': 'with a\nbreak',
    'vectorStore.qdrant.apiKey': 'difyai123456',
    'objectStorage.s3.secretKey': 'your-secret-key',
  });
  expect(fact('postgres.password')).toMatchObject({
    length: 11,
    traits: [],
    isPublished: false,
    unresolved: undefined,
  });
  expect(fact('redis.password')?.traits).toEqual(['lines', 'space', 'not-for-dsn']);
  expect(fact('vectorStore.qdrant.apiKey')).toMatchObject({ isPublished: true, source: 'env DIFY_QDRANT_API_KEY' });
  expect(fact('objectStorage.s3.secretKey')?.isPublished).toBe(true);
  expect(fact('secrets.secretKey')).toMatchObject({ source: 'generated', sameAs: [] });
  expect(fact('secrets.agentServerSecretKey')?.traits).toEqual(['base64url-32']);
});

it.each<[value: string, survives: boolean]>([
  ['plain-._~', true],
  ['p@ss:/?#%&=+"$!{}', true],
  ["quote ' within has a space", false],
  ["a'quote", true],
  ["'begins", false],
  ['a\\single', true],
  ['a\\\\double', false],
  ["a\\'quoted", false],
  ['ends\\', false],
  ['a b', false],
  ['a\tb', false],
  ['', false],
])('%j comes back from an unquoted connection string: %s', (value, survives) => {
  expect(isPlainDsnValue(value)).toBe(survives);
});

it('reports which secrets are equal', async () => {
  const fact = await factsOf({ 'secrets.secretKey': 'one-and-the-same', 'secrets.innerApiKey': 'one-and-the-same' });
  expect(fact('secrets.secretKey')?.sameAs).toEqual(['secrets.innerApiKey']);
});

it('reports a secret that did not resolve, and nothing of its placeholder', async () => {
  const ref = { env: 'DIFY_PG_PASSWORD' };
  const fact = await factsOf({}, [{ path: 'postgres.password', ref, reason: 'DIFY_PG_PASSWORD is not set' }]);
  expect(fact('postgres.password')).toMatchObject({
    unresolved: 'DIFY_PG_PASSWORD is not set',
    length: 0,
    traits: [],
  });
});

it('contains no value, whole or hashed', async () => {
  const secrets = fakeSecrets(deployment);
  const need = () => Promise.reject(new Error('needs nothing'));
  const text = JSON.stringify(await secretsFactsCollector.collect(collectContext({ deployment, secrets }), need));
  for (const value of fakeSecretValues(deployment)) expect(text).not.toContain(value);
  expect(text).not.toMatch(/[0-9a-f]{32}/);
});
