import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { answersOf } from '../../src/wizard/answers.ts';
import { endpointOf } from '../../src/wizard/endpoints.ts';
import { QUESTIONS } from '../../src/wizard/questions/all.ts';

const COMPOSE = { tier: 'test', target: { type: 'compose' } };

test.each<[string, JsonObject, unknown]>([
  ['postgres.host', { postgres: { mode: 'external', host: 'pg' } }, { host: 'pg', port: 5432 }],
  ['postgres.host', { postgres: { mode: 'external', host: 'pg', port: 6432 } }, { host: 'pg', port: 6432 }],
  ['redis.host', { redis: { mode: 'external', host: '::1' } }, { host: '::1', port: 6379 }],
  [
    'objectStorage.s3.endpoint',
    { objectStorage: { provider: 's3', s3: { endpoint: 'http://minio' } } },
    { host: 'minio', port: 80 },
  ],
  [
    'vectorStore.qdrant.url',
    { vectorStore: { mode: 'external', provider: 'qdrant', qdrant: { url: 'https://q:6333' } } },
    { host: 'q', port: 6333 },
  ],
  ['vectorStore.qdrant.url', { vectorStore: { mode: 'external', provider: 'qdrant' } }, undefined],
  ['urls.console', { urls: { console: 'https://dify.example.com' } }, undefined],
])('%s of %j', (id, file, endpoint) => {
  const question = QUESTIONS.find((candidate) => candidate.id === id);
  if (question === undefined) throw new Error(`no question ${id}`);
  expect(endpointOf(question, answersOf({ ...COMPOSE, ...file }))).toEqual(endpoint);
});
