/** What Dify and the published checklist ask of vector stores, with their sources; those with an address were read in November 2026. */

type Provider = 'weaviate' | 'qdrant' | 'milvus' | 'pgvector' | 'tencent' | 'myscale' | 'tablestore' | 'elasticsearch';

export interface MinimumVersion {
  readonly version: string;
  /** Why nothing older works. */
  readonly reason: string;
}

/** Oldest servers that Dify 1.16 works with; the services of Tencent and Alibaba, and MyScale's, have no version of their own to choose. */
export const MINIMUM_VERSIONS: { readonly [P in Provider]?: MinimumVersion } = {
  // docs.dify.ai/en/self-host/deploy/troubleshooting/weaviate-v4-migration: since 1.9.2 the client is v4, which wants a server of 1.27 or newer.
  weaviate: { version: '1.27.0', reason: "Dify's client (v4) works with 1.27 and newer" },
  // The Enterprise documentation (Qdrant cluster) installs 1.7.3, upstream's Compose file 1.8.3; not re-read.
  qdrant: { version: '1.7.3', reason: 'it is the oldest that Dify is documented with' },
  // Milvus 2.2.9 release notes: databases and fields of type JSON, both of which Dify uses; not re-read, the page no longer goes back so far.
  milvus: { version: '2.2.9', reason: 'databases and JSON fields, which Dify uses, came with 2.2.9' },
  // github.com/pgvector/pgvector, CHANGELOG.md, 0.5.0: HNSW indexes, which Dify creates.
  pgvector: { version: '0.5.0', reason: 'HNSW indexes, which Dify creates, came with 0.5.0' },
  // langgenius/dify, api/providers/vdb/vdb-elasticsearch, elasticsearch_vector.py: refuses a server below 8.0.0 when it starts.
  elasticsearch: { version: '8.0.0', reason: 'Dify refuses to work with an older one' },
};

/** The most that a jump between minors of Weaviate may be: its migration guide asks for each minor in turn, at its newest patch. */
const WEAVIATE_MINOR_STEP = 1;

/** The minors of Weaviate that an upgrade passes through, the last one included: `1.25`, `1.26`, `1.27`. Empty where none is newer. */
export function weaviateSteps(fromMinor: number, toMinor: number): readonly string[] {
  const count = Math.max(0, Math.ceil((toMinor - fromMinor) / WEAVIATE_MINOR_STEP));
  return Array.from(
    { length: count },
    (_, step) => `1.${Math.min(toMinor, fromMinor + (step + 1) * WEAVIATE_MINOR_STEP)}`,
  );
}

export interface StoreSize {
  readonly nodes: number;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

const GIB = 2 ** 30;

/** Dify Enterprise documentation, resources checklist and Qdrant cluster page: machines for Qdrant, each of this size. */
export const QDRANT_SIZE: Readonly<Record<'test' | 'prod', StoreSize>> = {
  test: { nodes: 1, cpus: 4, memoryBytes: 8 * GIB, diskBytes: 100 * GIB },
  prod: { nodes: 3, cpus: 8, memoryBytes: 64 * GIB, diskBytes: 100 * GIB },
};

/** Copies without which the loss of one node loses vectors. */
export const COPIES = 2;

/**
 * Nodes without which the loss of one takes the majority along. Weaviate (since 1.25) and Qdrant agree by Raft: of two, the one that is left is not
 * ready (Weaviate, seen with 1.35) or makes and changes no collection (qdrant.tech/documentation/scaling/horizontal-scaling: three nodes or more).
 */
export const MAJORITY_NODES: { readonly [P in Provider]?: number } = { weaviate: 3, qdrant: 3 };

/**
 * Part of a disk that is used: above `warn`, Elasticsearch's low watermark, it places no more shards there; above `fail`, its flood stage, indices become
 * read-only (elastic.co/guide/en/elasticsearch/reference, "Disk-based shard allocation": 85 % and 95 %).
 */
export const DISK_USED = { warn: 0.85, fail: 0.95 } as const;
