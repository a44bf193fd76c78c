import type { VectorStoreId } from '../../providers/vector-store/registry.ts';
import type { OpenCopies } from './copies.ts';

/** The stores whose collections difyctl copies. Of another store, Dify embeds the documents again. */
const COPIES: Partial<Record<VectorStoreId, () => Promise<{ readonly openCopies: OpenCopies }>>> = {
  qdrant: () => import('./stores/qdrant.ts'),
  weaviate: () => import('./stores/weaviate.ts'),
  milvus: () => import('./stores/milvus.ts'),
  pgvector: () => import('./stores/pgvector.ts'),
  elasticsearch: () => import('./stores/elasticsearch.ts'),
  opensearch: () => import('./stores/opensearch.ts'),
};

/** True if difyctl copies the collections of this store. */
export function canCopy(id: VectorStoreId): boolean {
  return COPIES[id] !== undefined;
}

/** Loads what opens the copies of a store. Throws Error (a bug) for a store without copies. */
export async function loadCopies(id: VectorStoreId): Promise<OpenCopies> {
  const load = COPIES[id];
  if (load === undefined) throw new Error(`no copies of the vector store ${id}`);
  return (await load()).openCopies;
}
