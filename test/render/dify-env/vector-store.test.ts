import { expect, test } from 'vitest';
import { fakeSecret, seen } from './resolved.ts';
import { VECTOR_STORES } from './vector-store-facts.ts';

test.each(VECTOR_STORES)('%s', (provider, block, expected) => {
  const vectorStore = { mode: 'external', provider, [provider]: block };
  expect(seen('api', { vectorStore })).toMatchObject({ VECTOR_STORE: provider, ...expected });
  expect(seen('worker', { vectorStore })).toMatchObject({ VECTOR_STORE: provider, ...expected });
});

test('bundled', () => {
  expect(seen('api')).toMatchObject({
    VECTOR_STORE: 'weaviate',
    WEAVIATE_ENDPOINT: 'http://weaviate:8080',
    WEAVIATE_GRPC_ENDPOINT: 'grpc://weaviate:50051',
    WEAVIATE_API_KEY: fakeSecret('vectorStore.apiKey'),
  });
});

test('test has one copy', () => {
  const vectorStore = { mode: 'external', provider: 'qdrant', qdrant: { url: 'http://q:6333' } };
  expect(seen('api', { tier: 'test', vectorStore })).toMatchObject({
    QDRANT_REPLICATION_FACTOR: '1',
    QDRANT_GRPC_ENABLED: 'false',
    QDRANT_API_KEY: '',
  });
});
