/**
 * What Dify and the published checklist require of vector stores, with sources; those with an address were read in
 * November 2026.
 */

/**
 * The largest step between minors of Weaviate: its migration guide requires each minor in turn, at its newest patch.
 */
const WEAVIATE_MINOR_STEP = 1;

/**
 * The minors of Weaviate that an upgrade passes, with the last one: `1.25`, `1.26`, `1.27`. Empty if the target is not
 * newer.
 */
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

/**
 * Machines for Qdrant and the size of each (Dify Enterprise documentation, resources checklist and Qdrant cluster
 * page).
 */
export const QDRANT_SIZE: Readonly<Record<'test' | 'prod', StoreSize>> = {
  test: { nodes: 1, cpus: 4, memoryBytes: 8 * GIB, diskBytes: 100 * GIB },
  prod: { nodes: 3, cpus: 8, memoryBytes: 64 * GIB, diskBytes: 100 * GIB },
};

/** With fewer copies, the loss of one node loses vectors. */
export const COPIES = 2;

/**
 * Used share of a disk. Above `warn`, Elasticsearch's low watermark, it places no more shards there; above `fail`, its
 * flood stage, indices become read-only (elastic.co/guide/en/elasticsearch/reference, "Disk-based shard allocation":
 * 85 % and 95 %).
 */
export const DISK_USED = { warn: 0.85, fail: 0.95 } as const;
