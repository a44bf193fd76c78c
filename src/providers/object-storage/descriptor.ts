import type * as z from 'zod';
import type { JsonObject } from '../../base/json.ts';
import type { Variables } from '../chart-block.ts';
import type { EnvEntry } from '../env-entry.ts';
import type { FieldQuestion } from '../question.ts';
import type { SchemaFields } from '../schema-fields.ts';
import type { BucketCommands } from './bucket-commands.ts';

/** The application's bucket and the plugin daemon's. */
export interface Buckets {
  readonly api: string;
  readonly pluginDaemon: string;
}

/**
 * Values for the community chart, and the variables that the chart sets from them by itself, for the API and for the
 * plugin daemon.
 */
interface ChartPart {
  readonly values: JsonObject;
  readonly api: Variables;
  readonly pluginDaemon: Variables;
}

/** What a store accepts as the name of a bucket. Rules of single regions or accounts are not checked. */
export interface NameRule {
  readonly pattern: RegExp;
  /** The requirement as messages show it. */
  readonly says: string;
  /** The vendor's page, read in November 2026. */
  readonly source: string;
}

/** Fields of every block without a shared bucket. */
export interface BucketFields {
  readonly bucket: string;
  readonly pluginBucket?: string | undefined;
}

/** Parts of the environment that come from outside the provider's block. */
interface EnvContext {
  /** Path of the CA certificate in the container; undefined if none is in use. */
  readonly ca: string | undefined;
}

/** How to connect to a vendor's S3. */
export interface S3Settings {
  readonly endpoint: string;
  /** The region in signatures. */
  readonly region: string;
  /** How buckets are addressed, if the deployment may choose it. Undefined: by virtual hosts. */
  readonly style?: 'virtual' | 'path';
}

/** A command of the vendor's own tool, with the operator's login, that shows whether a bucket keeps old versions. */
export interface VersioningQuestion {
  readonly program: string;
  readonly args: readonly string[];
  read(stdout: string): 'enabled' | 'suspended' | 'off';
}

/**
 * Everything that difyctl knows about one object store, except its probe (`src/evidence/object-storage/service.ts`).
 * The id is the value of `objectStorage.provider`; `block` is the id in camel case, the name of the block. `at` is that
 * block of the file.
 */
export interface ObjectStoreProvider<
  Id extends string = string,
  Name extends string = string,
  Block extends z.ZodObject = z.ZodObject,
> {
  readonly id: Id;
  readonly block: Name;
  /** The name that the wizard shows. */
  readonly title: string;
  readonly bucketNames: NameRule;
  /** The block. An endpoint is a URL: some vendors' SDKs accept a bare host, all accept a URL. */
  schema(fields: SchemaFields): Block;
  /** Descriptions of fields by name. They override the shared ones. */
  readonly descriptions?: Readonly<Record<string, string>>;
  /** Why a name is too long together with other fields. Undefined if it is not. */
  tooLong?(at: z.output<Block>, name: string): string | undefined;
  /** The default bucket of the plugin packages. Default: the name of the bucket with `-plugin` appended. */
  pluginBucketOf?(bucket: string): string;
  readonly questions: readonly FieldQuestion[];
  /** The URL that Dify connects to. */
  endpoint(at: z.output<Block>): URL;
  /** The field of the bucket that files and plugin packages share. Default: `bucket`, and `pluginBucket` beside it. */
  readonly sharedBucket?: string;
  /**
   * Why Dify's clients do not use the field `caFile`. Undefined if they use it. A store without this has no such field.
   */
  ignoresCa?(at: z.output<Block>): string | undefined;
  /** The vendor's S3. Undefined if the store has its own API. */
  s3?(at: z.output<Block>): S3Settings;
  /** The field names of the pair of keys for `s3`. */
  readonly keys?: { readonly id: string; readonly secret: string };
  /**
   * The fields that `identity: workload` replaces, and Python for the API's image that prints nothing if a pod's
   * identity can list the bucket. Undefined if Dify's client of the vendor supports only keys.
   */
  readonly identity?: { readonly replaces: readonly string[]; listing(at: z.output<Block>): string };
  /** The variables of api, worker, beat and websocket. */
  apiEnv(at: z.output<Block>, context: EnvContext): readonly EnvEntry[];
  /** The variables of the plugin daemon 0.6.3, without its own bucket and its working path. */
  pluginEnv(at: z.output<Block>, context: EnvContext): readonly EnvEntry[];
  chart(at: z.output<Block>, buckets: Buckets): ChartPart;
  /** Keys of the chart that hold a secret as text. */
  readonly chartSecrets: readonly string[];
  /**
   * The policy of Dify's key in the vendor's format: the rights that Dify uses (get, put, delete, list), and those with
   * which preflight checks what the plan relies on. Action names are the vendor's. Undefined if the vendor grants
   * rights by command.
   */
  policy?(at: z.output<Block>, buckets: readonly string[]): object;
  /** Commands of the vendor's own tool that grant the rights. Undefined if a policy is enough. */
  commands?(at: z.output<Block>, buckets: readonly string[]): readonly string[];
  /** Default: commands of the AWS command line for `s3`. */
  bucketCommands?(at: z.output<Block>): BucketCommands;
  /** Undefined if the vendor has no tool of its own. */
  versioningQuestion?(at: z.output<Block>, bucket: string): VersioningQuestion | undefined;
}

/** Returns the descriptor; infers the types of its id, its block's name and its block. */
export function objectStore<const Id extends string, const Name extends string, Block extends z.ZodObject>(
  provider: ObjectStoreProvider<Id, Name, Block>,
): ObjectStoreProvider<Id, Name, Block> {
  return provider;
}
