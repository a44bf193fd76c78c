import type { VectorStore } from '../../deployment/schema/vector-store.ts';
import type { FaultFact } from '../../net/probe-error.ts';
import type { CertificateFact } from '../../net/tls.ts';
import { evidenceKey } from '../evidence.ts';

export type ExternalStore = Extract<VectorStore, { readonly mode: 'external' }>;
export type Provider = ExternalStore['provider'];
export type StoreOf<P extends Provider> = Extract<ExternalStore, { readonly provider: P }>;

/**
 * The result of one question to the store. `hidden`: the store does not answer it, or not to this key; the text says
 * why (`HTTP 403 at /cluster`). Absent if it was not asked, because an earlier error ended the probe or the provider
 * does not have the feature.
 */
export type Asked<T> = { readonly seen: T } | { readonly hidden: string } | { readonly fault: FaultFact };

/**
 * `degraded`: it serves with reduced redundancy (a yellow cluster, a shard without its copy). `down`: it does not
 * serve.
 */
export interface HealthFact {
  readonly state: 'ready' | 'degraded' | 'down';
  /** In the store's own words: `yellow, 3 unassigned shards`. */
  readonly text: string;
}

/** A machine or process that holds data. */
export interface NodeFact {
  readonly name: string;
  readonly isUp: boolean;
  /** Why it is not up, in the store's own words. */
  readonly text?: string;
  readonly version?: string;
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly diskBytes?: number;
  /** Fraction from 0 to 1. */
  readonly diskUsed?: number;
}

/** Number of copies of the vectors; 1 means there is only the original. */
export interface CopiesFact {
  /** Copies of a collection that Dify would create now; absent if the store does not show it. */
  readonly ofNew?: number;
  /** Collections of Dify with fewer than two copies; sorted, at most 20. */
  readonly single: readonly string[];
  readonly collections: number;
}

export interface DatabaseFact {
  readonly name: string;
  readonly exists: boolean;
  /** Whether Dify creates it if it is missing, and this key may. */
  readonly isMade?: boolean;
  /** What it lacks: `extension vector is not installed`. */
  readonly lacks?: readonly string[];
}

/** An attempt to create an object and remove it again. */
export interface WriteFact {
  /** What was tried: `created and deleted a collection`. */
  readonly how: string;
  /** Why it was refused; absent if it succeeded. */
  readonly refused?: FaultFact;
  /**
   * Name of an object that could not be removed. It exists, except with `refused` for an unanswered creation: then it
   * may exist.
   */
  readonly left?: string;
}

export interface GrpcFact {
  readonly host: string;
  readonly port: number;
}

/** Evidence of the external vector store, in the order of the questions. */
export interface VectorStoreFacts {
  readonly provider: Provider;
  /** `qdrant.example.internal:6333`. */
  readonly address: string;
  /** The server's certificate; absent without TLS. */
  readonly certificate?: CertificateFact;
  /** The error that ended the probe; nothing after it was asked. */
  readonly fault?: FaultFact;
  /** True if the store accepted the credentials, or requires none. */
  readonly isAdmitted?: boolean;
  readonly version?: string;
  /** The product that the server claims to be, if that is not the provider: `OpenSearch`. */
  readonly product?: string;
  /**
   * True if it answers without a key; absent if the provider has no keys, or if a request without a key got no answer.
   */
  readonly isOpen?: boolean;
  readonly health?: Asked<HealthFact>;
  readonly database?: Asked<DatabaseFact>;
  readonly grpc?: Asked<GrpcFact>;
  readonly nodes?: Asked<readonly NodeFact[]>;
  readonly copies?: Asked<CopiesFact>;
  readonly writes?: Asked<WriteFact>;
  /**
   * Dify's collections in a format that its current client cannot search; absent if the provider has no such format.
   */
  readonly legacy?: readonly string[];
  /** Why it accepts no writes although this key may write: `2 indices are read-only, since the disk is full`. */
  readonly blocks?: readonly string[];
}

/** The `code` of a login that was not tried, because a secret of the file does not resolve. */
export const UNRESOLVED = 'UNRESOLVED';

export const VECTOR_STORE = evidenceKey<VectorStoreFacts>('vector-store', 1);
