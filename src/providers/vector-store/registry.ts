import { endpointOf, type HostPort } from '../endpoint.ts';
import type { VectorStoreProvider } from './descriptor.ts';
import { elasticsearch } from './elasticsearch.ts';
import { milvus } from './milvus.ts';
import { myscale } from './myscale.ts';
import { opensearch } from './opensearch.ts';
import { pgvector } from './pgvector.ts';
import { qdrant } from './qdrant.ts';
import { tablestore } from './tablestore.ts';
import { tencent } from './tencent.ts';
import { weaviate } from './weaviate.ts';

/** Every vector store that can be external, in the order in which the wizard offers them. */
export const VECTOR_STORES = [
  qdrant,
  weaviate,
  milvus,
  pgvector,
  elasticsearch,
  opensearch,
  tencent,
  myscale,
  tablestore,
] as const;

export type VectorStoreId = (typeof VECTOR_STORES)[number]['id'];

/** The part of the section `vectorStore` that descriptors need. */
interface Store {
  readonly provider: VectorStoreId;
}

/** The descriptor of a provider. Throws Error (a bug) if there is none. */
export function vectorStoreProvider(id: VectorStoreId): VectorStoreProvider {
  const provider = VECTOR_STORES.find((one) => one.id === id);
  if (provider === undefined) throw new Error(`no descriptor of the vector store ${id}`);
  return provider;
}

/** The block of the section that has the provider's name. */
export function blockOf(store: Store): Readonly<Record<string, unknown>> {
  const sections: Readonly<Record<string, unknown>> = { ...store };
  return sections[store.provider] as Readonly<Record<string, unknown>>;
}

/** The URL that Dify's client connects to over HTTP. Undefined if it does not use HTTP. */
export function clientUrl(store: Store): URL | undefined {
  return vectorStoreProvider(store.provider).url?.(blockOf(store));
}

/** Every address that Dify connects to, the main one first. */
export function storeEndpoints(store: Store): readonly HostPort[] {
  const url = clientUrl(store);
  return (
    vectorStoreProvider(store.provider).endpoints?.(blockOf(store)) ?? (url === undefined ? [] : [endpointOf(url)])
  );
}

export function usesTls(store: Store): boolean {
  return clientUrl(store)?.protocol === 'https:';
}

/** True if Dify can pass a CA certificate to the client of this provider. */
export function takesCa(id: VectorStoreId): boolean {
  return vectorStoreProvider(id).questions.some(({ field }) => field === 'caFile');
}

/** The CA file in use, as written in the file. Undefined without TLS. */
export function storeCaFile(store: Store): string | undefined {
  const { caFile } = blockOf(store);
  return usesTls(store) && typeof caFile === 'string' ? caFile : undefined;
}
