import type { VectorStore } from '../../deployment/schema/vector-store.ts';
import type { FaultFact } from '../../net/probe-error.ts';
import type { CertificateFact } from '../../net/tls.ts';
import { evidenceKey } from '../evidence.ts';

export type ExternalStore = Extract<VectorStore, { readonly mode: 'external' }>;
export type Provider = ExternalStore['provider'];
export type StoreOf<P extends Provider> = Extract<ExternalStore, { readonly provider: P }>;

/**
 * What one question to the store gave. `hidden`: the store does not answer it, or not to this key; the text says what kept it (`HTTP 403 at /cluster`).
 * A question that was not asked, because an earlier one ended the probe or the provider has no such thing, is absent.
 */
export type Asked<T> = { readonly seen: T } | { readonly hidden: string } | { readonly fault: FaultFact };

/** `degraded`: it serves, with less than it should have (a yellow cluster, a shard without its copy). `down`: it does not. */
export interface HealthFact {
  readonly state: 'ready' | 'degraded' | 'down';
  /** In the store's own words: `yellow, 3 unassigned shards`. */
  readonly text: string;
}

/** A machine or process that holds data. */
export interface NodeFact {
  readonly name: string;
  readonly isUp: boolean;
  /** In the store's own words, where it is not up. */
  readonly text?: string;
  readonly version?: string;
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly diskBytes?: number;
  /** 0 to 1. */
  readonly diskUsed?: number;
}

/** How many copies of the vectors there are; 1 is the only one. */
export interface CopiesFact {
  /** What a collection that Dify makes now would get; absent where nothing shows it. */
  readonly ofNew?: number;
  /** Collections of Dify with fewer than two copies; sorted, at most 20. */
  readonly single: readonly string[];
  readonly collections: number;
}

export interface DatabaseFact {
  readonly name: string;
  readonly exists: boolean;
  /** Whether Dify makes it where it is missing, and this key may. */
  readonly isMade?: boolean;
  /** What is missing in it: `extension vector is not installed`. */
  readonly lacks?: readonly string[];
}

/** An attempt to make something and remove it again. */
export interface WriteFact {
  /** What was tried, in words: `made and removed a collection`. */
  readonly how: string;
  /** Why it was refused; absent where it worked. */
  readonly refused?: FaultFact;
  /** The name of what was made and could not be removed. */
  readonly left?: string;
}

export interface GrpcFact {
  readonly host: string;
  readonly port: number;
}

/** What was seen of the external vector store, in the order in which it was asked. */
export interface VectorStoreFacts {
  readonly provider: Provider;
  /** `qdrant.example.internal:6333`. */
  readonly address: string;
  /** What was shown; absent without TLS. */
  readonly certificate?: CertificateFact;
  /** The fault that ended the probe; nothing after it was asked. */
  readonly fault?: FaultFact;
  /** True once the store took the credentials, or asked for none. */
  readonly isAdmitted?: boolean;
  readonly version?: string;
  /** What answers says that it is, where that is not the provider: `OpenSearch`. */
  readonly product?: string;
  /** True where it answers without any key; absent where the provider knows no keys. */
  readonly isOpen?: boolean;
  readonly health?: Asked<HealthFact>;
  readonly database?: Asked<DatabaseFact>;
  readonly grpc?: Asked<GrpcFact>;
  readonly nodes?: Asked<readonly NodeFact[]>;
  readonly copies?: Asked<CopiesFact>;
  readonly writes?: Asked<WriteFact>;
  /** Collections of Dify in a form that its client of today cannot search; absent where the provider has no such. */
  readonly legacy?: readonly string[];
  /** Why it takes no writes although this key may: `2 indices are read-only, since the disk is full`. */
  readonly blocks?: readonly string[];
}

/** The `code` of a login that was not tried, since a secret of the file is not at hand. */
export const UNRESOLVED = 'UNRESOLVED';

export const VECTOR_STORE = evidenceKey<VectorStoreFacts>('vector-store', 1);
