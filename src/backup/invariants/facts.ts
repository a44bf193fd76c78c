/** What was read of the recovered data, or why it could not be read. */
export type Read<T> = { readonly seen: T } | { readonly unread: string };

/**
 * One tenant's keys. `other`: the private key belongs to another public key than the database has. `sealed`: it is in the
 * encrypted secrets of the set, which recorded the same public key.
 */
export interface TenantFact {
  readonly tenant: string;
  readonly key: 'matches' | 'sealed' | 'other' | 'missing' | 'unreadable';
  /** Whether one stored credential decrypts with the private key. `none`: the tenant has none. */
  readonly credential: 'decrypts' | 'sealed' | 'fails' | 'none';
}

/** One stored value that Dify encrypts with SECRET_KEY. */
export interface SystemSecretFact {
  /** `TABLE ID`. */
  readonly row: string;
  readonly decrypts: boolean;
}

/** The rows of a table that name an object. */
export interface FilesFact {
  readonly table: string;
  readonly rows: number;
  /** How many of the rows were compared with the storage. */
  readonly compared: number;
  readonly missing: number;
  /** The first missing ones, each `ID (KEY)`. */
  readonly examples: readonly string[];
}

export interface PluginsFact {
  /** Distinct packages that the installations name. */
  readonly packages: number;
  readonly missing: readonly string[];
}

/** One knowledge base. */
export interface DatasetFact {
  readonly dataset: string;
  readonly collection: string;
  /** Completed, enabled segments; for documents with parent and child chunks, their child chunks. */
  readonly segments: number;
  /** Vectors in the store. Undefined if the collection does not exist. */
  readonly vectors: number | undefined;
}

/** What the recovered data contains: no secret, and no text of users. */
export interface InvariantFacts {
  /** Rows of `dify_setups`. */
  readonly setups: Read<number>;
  /** Rows of `alembic_version`. */
  readonly schemaHeads: Read<readonly string[]>;
  readonly tenants: Read<readonly TenantFact[]>;
  readonly systemSecrets: Read<readonly SystemSecretFact[]>;
  readonly files: Read<readonly FilesFact[]>;
  readonly plugins: Read<PluginsFact>;
  /** Undefined if no vectors were restored. */
  readonly datasets: Read<readonly DatasetFact[]> | undefined;
}

/** What the set and the file say about the data. */
export interface InvariantContext {
  /** The schema revision that the set recorded of its source. Undefined if it recorded none. */
  readonly schemaHead: string | undefined;
  /** The Dify version that wrote the data, and the one that will read it. */
  readonly versions: { readonly set: string; readonly image: string };
  /** Why the vectors were not restored, such as `the plan rebuilds them`. */
  readonly noVectors?: string;
}

export interface InvariantResult {
  readonly id: string;
  /** `unknown`: it could not be read, which proves nothing. */
  readonly status: 'pass' | 'fail' | 'skip' | 'unknown';
  readonly observed: string;
  readonly expected: string;
}

/** One statement that holds for complete data. */
export interface Invariant {
  readonly id: string;
  readonly expected: string;
  judge(facts: InvariantFacts, context: InvariantContext): Omit<InvariantResult, 'id' | 'expected'>;
}
