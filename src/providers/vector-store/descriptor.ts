import type * as z from 'zod';
import type { JsonObject } from '../../base/json.ts';
import type { Tier } from '../../checklist/tiers.ts';
import type { Variables } from '../chart-block.ts';
import type { HostPort } from '../endpoint.ts';
import type { EnvEntry } from '../env-entry.ts';
import type { FieldQuestion } from '../question.ts';
import type { SchemaFields } from '../schema-fields.ts';

/** The inputs of an environment besides the provider's block. */
interface EnvContext {
  readonly tier: Tier;
  /** Path of the CA certificate in the container; undefined if none is in use. */
  readonly ca: string | undefined;
}

/** Values for the community chart, and the variables that the chart sets from them by itself. */
interface ChartPart {
  readonly values: JsonObject;
  readonly gives: Variables;
}

/** A problem of a block whose fields are valid one by one. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/**
 * Everything that difyctl knows about one vector store, except its probe (`src/evidence/vector-store/<id>.ts`). The id
 * is the value of VECTOR_STORE and of `vectorStore.provider`, and the name of the block. `at` is the provider's block
 * of the file.
 */
export interface VectorStoreProvider<Id extends string = string, Block extends z.ZodObject = z.ZodObject> {
  readonly id: Id;
  /** The name that the wizard shows. Default: the id. */
  readonly title?: string;
  /** The block. A question `caFile` means that Dify can pass a CA certificate to the client. */
  schema(fields: SchemaFields): Block;
  /** The first release of Dify that passes the CA file to the client. Undefined: every rendered release does. */
  readonly caSince?: string;
  /** Descriptions of fields by name. They override the shared ones. */
  readonly descriptions?: Readonly<Record<string, string>>;
  readonly questions: readonly FieldQuestion[];
  /** Problems of the fields together. */
  problems?(at: z.output<Block>): readonly FieldProblem[];
  /**
   * The URL that Dify's client connects to over HTTP. Undefined if it does not use HTTP. TLS is in use if the scheme is
   * `https`.
   */
  url?(at: z.output<Block>): URL;
  /** Every address that Dify connects to, the main one first. Default: that of `url`. */
  endpoints?(at: z.output<Block>): readonly HostPort[];
  /** The variables of api, worker, beat and websocket, without VECTOR_STORE. */
  env(at: z.output<Block>, context: EnvContext): readonly EnvEntry[];
  /**
   * The community chart's block. `wanted` are the variables of `env` that are not secret. Undefined if the chart has no
   * block; `extraEnv` then sets all variables.
   */
  chart?(at: z.output<Block>, wanted: Variables): ChartPart;
  /** Keys of the chart that hold a secret as text. */
  readonly chartSecrets: readonly string[];
  /**
   * The oldest server version that Dify supports. Undefined if the operator cannot choose the version of the service.
   */
  readonly minimum?: {
    readonly version: string;
    readonly reason: string;
    /** The first release of Dify that requires it. Undefined: every rendered release does. */
    readonly since?: string;
  };
  /** Whether Dify's client uses gRPC. */
  usesGrpc?(at: z.output<Block>): boolean;
  /** True if the block names a database (or instance), which must exist. */
  readonly hasDatabase?: true;
  /**
   * The least number of nodes of which a majority survives the loss of one. Default: 2, for servers that do not vote.
   */
  readonly majority?: number;
  /** How to add a replica: `raise` for new collections, `again` for an existing one. */
  readonly copies?: { readonly raise: string; again?(address: string, name: string): string };
  /** The vendor, if no one else offers the service. */
  readonly vendor?: string;
  /** The page or command that shows the topology of a managed service. */
  readonly console?: string;
}

/** Returns the descriptor; infers the types of its id and its block. */
export function vectorStore<const Id extends string, Block extends z.ZodObject>(
  provider: VectorStoreProvider<Id, Block>,
): VectorStoreProvider<Id, Block> {
  return provider;
}
