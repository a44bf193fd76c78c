import type { Tier } from '../../checklist/tiers.ts';
import type { VectorStore } from '../../deployment/schema/vector-store.ts';
import { type EnvEntry, literal, secret } from '../../providers/env-entry.ts';
import { blockOf, vectorStoreProvider } from '../../providers/vector-store/registry.ts';
import type { ServiceAddresses } from './addresses.ts';
import { caFilePath, vectorsCaFile } from './ca-certificates.ts';

/** The vector store in the variables of api, worker, beat and websocket. */
export function vectorStoreEnv(store: VectorStore, tier: Tier, addresses: ServiceAddresses): readonly EnvEntry[] {
  const provider = literal('VECTOR_STORE', store.provider);
  if (store.mode === 'bundled') return [provider, ...bundled(addresses)];
  const ca = vectorsCaFile(store) === undefined ? undefined : caFilePath(addresses.paths, 'vectorStore');
  return [provider, ...vectorStoreProvider(store.provider).env(blockOf(store), { tier, ca })];
}

function bundled(addresses: ServiceAddresses): readonly EnvEntry[] {
  return [
    literal('WEAVIATE_ENDPOINT', addresses.bundled.weaviate.http),
    literal('WEAVIATE_GRPC_ENDPOINT', addresses.bundled.weaviate.grpc),
    secret('WEAVIATE_API_KEY', 'vectorStore.apiKey'),
  ];
}
