import type * as z from 'zod';
import type { JsonObject } from '../../base/json.ts';
import type { Tier } from '../../checklist/tiers.ts';
import type { Variables } from '../chart-block.ts';
import type { HostPort } from '../endpoint.ts';
import type { EnvEntry } from '../env-entry.ts';
import type { FieldQuestion } from '../question.ts';
import type { SchemaFields } from '../schema-fields.ts';

/** What an environment depends on besides the provider's block. */
interface EnvContext {
  readonly tier: Tier;
  /** Path of the CA certificate in the container; undefined if none is in use. */
  readonly ca: string | undefined;
}

/** Values for the community chart, and the variables that the chart makes of them by itself. */
interface ChartPart {
  readonly values: JsonObject;
  readonly gives: Variables;
}

/** What is wrong with a block although each of its fields is valid. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/**
 * Everything that difyctl knows of one vector store, except its probe (`src/evidence/vector-store/<id>.ts`). The id is the value of VECTOR_STORE,
 * of `vectorStore.provider`, and the name of the block. `at` is the provider's block of the file.
 */
export interface VectorStoreProvider<Id extends string = string, Block extends z.ZodObject = z.ZodObject> {
  readonly id: Id;
  /** What it is, if the id does not say it; the wizard shows it. */
  readonly title?: string;
  /** The block. Its question `caFile` says that Dify can hand a CA certificate to the client. */
  schema(fields: SchemaFields): Block;
  /** Meanings of fields, by name, over those that providers share. */
  readonly descriptions?: Readonly<Record<string, string>>;
  readonly questions: readonly FieldQuestion[];
  /** What is wrong with the fields together. */
  problems?(at: z.output<Block>): readonly FieldProblem[];
  /** Where Dify's client connects over HTTP; absent if it does not. TLS is in use if the scheme is `https`. */
  url?(at: z.output<Block>): URL;
  /** Every address that Dify connects to, the main one first. Default: that of `url`. */
  endpoints?(at: z.output<Block>): readonly HostPort[];
  /** The variables of api, worker, beat and websocket, without VECTOR_STORE. */
  env(at: z.output<Block>, context: EnvContext): readonly EnvEntry[];
  /** The community chart's block. `wanted` are the variables of `env` that are no secrets. Absent: the chart has none, and `extraEnv` sets them all. */
  chart?(at: z.output<Block>, wanted: Variables): ChartPart;
  /** Keys of the chart that hold a secret as text. */
  readonly chartSecrets: readonly string[];
  /** The oldest server that Dify works with; absent if the service has no version to choose. */
  readonly minimum?: {
    readonly version: string;
    readonly reason: string;
    /** The release of Dify that asks for it; undefined: every release that is rendered. */
    readonly since?: string;
  };
  /** Whether Dify's client uses gRPC. */
  usesGrpc?(at: z.output<Block>): boolean;
  /** True if the block names a database (or instance) that must exist. */
  readonly hasDatabase?: true;
  /** Nodes without which the loss of one takes the majority along. Default: 2, since nothing votes. */
  readonly majority?: number;
  /** How collections get another copy: new ones, and one that exists. */
  readonly copies?: { readonly raise: string; again?(address: string, name: string): string };
  /** The vendor, if nobody else runs it. */
  readonly vendor?: string;
  /** Where the topology of a managed one is shown. */
  readonly console?: string;
}

/** A descriptor with the types of its id and its block. */
export function vectorStore<const Id extends string, Block extends z.ZodObject>(
  provider: VectorStoreProvider<Id, Block>,
): VectorStoreProvider<Id, Block> {
  return provider;
}
