import { describe, expect, it } from 'vitest';

import type { JsonObject } from '../../../src/base/json.ts';
import { addressOf } from '../../../src/evidence/vector-store/address.ts';
import { grpcTargetOf } from '../../../src/evidence/vector-store/probes/weaviate.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

function external(provider: string, block: JsonObject) {
  const file = {
    ...SAMPLE_FILES['prod-compose-s3-qdrant'],
    vectorStore: { mode: 'external', provider, [provider]: block },
  };
  const store = parsedDeployment(file).vectorStore;
  if (store.mode === 'bundled') throw new Error('not external');
  return store;
}

describe("where Dify's clients connect", () => {
  it.each<[string, JsonObject, string]>([
    ['weaviate', { url: 'https://w.example.test' }, 'w.example.test:443'],
    ['qdrant', { url: 'https://q.example.test' }, 'q.example.test:6333'],
    ['qdrant', { url: 'https://q.example.test:443' }, 'q.example.test:443'],
    ['milvus', { url: 'http://m.example.test' }, 'm.example.test:19530'],
    ['milvus', { url: 'https://m.example.test' }, 'm.example.test:443'],
    ['myscale', { host: 'c.example.test', password: { env: 'KEY' } }, 'c.example.test:8123'],
  ])('%s %j is %s', (provider, block, expected) => {
    expect(addressOf(external(provider, block))).toBe(expected);
  });

  it.each<[JsonObject, string, number, boolean]>([
    [{ url: 'http://w.example.test:8080' }, 'w.example.test', 50_051, false],
    [{ url: 'https://w.example.test' }, 'w.example.test', 443, true],
    [{ url: 'https://w.example.test', grpcUrl: 'grpc.example.test:50051' }, 'grpc.example.test', 50_051, false],
    [{ url: 'http://w.example.test', grpcUrl: 'grpcs://grpc.example.test:8443' }, 'grpc.example.test', 8443, true],
  ])('gRPC of Weaviate %j', (block, host, port, isSecure) => {
    const store = external('weaviate', block);
    if (store.provider !== 'weaviate') throw new Error('not Weaviate');
    expect(grpcTargetOf(store)).toEqual({ host, port, isSecure });
  });
});
