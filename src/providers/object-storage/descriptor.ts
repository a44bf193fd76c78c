import type * as z from 'zod';
import type { JsonObject } from '../../base/json.ts';
import type { Variables } from '../chart-block.ts';
import type { EnvEntry } from '../env-entry.ts';
import type { FieldQuestion } from '../question.ts';
import type { SchemaFields } from '../schema-fields.ts';

/** The application's bucket and the plugin daemon's. */
export interface Buckets {
  readonly api: string;
  readonly pluginDaemon: string;
}

/** Values for the community chart, and the variables that the chart makes of them by itself, for the api and for the plugin daemon. */
interface ChartPart {
  readonly values: JsonObject;
  readonly api: Variables;
  readonly pluginDaemon: Variables;
}

/** The fields that every block has. */
export interface BucketFields {
  readonly bucket: string;
  readonly pluginBucket?: string | undefined;
}

/**
 * Everything that difyctl knows of one object store that speaks S3 and has a pair of keys. Its probe is that of S3 (`src/evidence/object-storage/s3`).
 * The id is the value of `objectStorage.provider`; `block` is the id in camel case, the name of the block. `at` is that block of the file.
 */
export interface ObjectStoreProvider<
  Id extends string = string,
  Name extends string = string,
  Block extends z.ZodObject = z.ZodObject,
> {
  readonly id: Id;
  readonly block: Name;
  /** What it is; the wizard shows it. */
  readonly title: string;
  schema(fields: SchemaFields): Block;
  /** Meanings of fields, by name, over those that providers share. */
  readonly descriptions?: Readonly<Record<string, string>>;
  readonly questions: readonly FieldQuestion[];
  /** Where Dify connects. */
  endpoint(at: z.output<Block>): URL;
  /** Where the vendor speaks S3, and the region that goes into the signature. */
  s3(at: z.output<Block>): { readonly endpoint: string; readonly region: string };
  /** The fields of the pair of keys. */
  readonly keys: { readonly id: string; readonly secret: string };
  /** The variables of api, worker, beat and websocket. */
  apiEnv(at: z.output<Block>): readonly EnvEntry[];
  /** The variables of the plugin daemon 0.6.3, without its bucket and its working path. */
  pluginEnv(at: z.output<Block>): readonly EnvEntry[];
  chart(at: z.output<Block>, buckets: Buckets): ChartPart;
  /** Keys of the chart that hold a secret as text. */
  readonly chartSecrets: readonly string[];
  /**
   * The policy of Dify's key in the vendor's own form: the rights that Dify uses (get, put, delete, list), and those with which preflight sees what
   * the plan relies on. Action names are the vendor's own.
   */
  policy(at: z.output<Block>, buckets: readonly string[]): object;
}

/** A descriptor with the types of its id, its block's name and its block. */
export function objectStore<const Id extends string, const Name extends string, Block extends z.ZodObject>(
  provider: ObjectStoreProvider<Id, Name, Block>,
): ObjectStoreProvider<Id, Name, Block> {
  return provider;
}
