import * as z from 'zod';
import { filePath, host, httpUrl, line, port } from '../base/fields.ts';
import { secretRef } from '../base/secret-ref.ts';
import { BUCKET_NAMES } from './object-storage/bucket-names.ts';

/** A text of a pattern. `says` is the requirement as messages show it. */
function matching({ pattern, says }: { readonly pattern: RegExp; readonly says: string }) {
  return z.string().regex(pattern, says);
}

/** A bucket's name, by the rules of the store. */
function bucketOf(store: keyof typeof BUCKET_NAMES) {
  return matching(BUCKET_NAMES[store]);
}

/** The buckets of a store: the main one, and the one for plugin packages. */
function bucketsOf(store: keyof typeof BUCKET_NAMES) {
  return { bucket: bucketOf(store), pluginBucket: bucketOf(store).optional() };
}

/**
 * Field types for the blocks of providers. Only the schema of the file imports them, so that a probe does not load the
 * schema library.
 */
export const SCHEMA_FIELDS = {
  object: z.strictObject,
  oneOf: z.enum,
  databaseName: z.string().regex(/^[A-Za-z_][A-Za-z0-9_$-]{0,62}$/, 'a database name'),
  accessKeys: { accessKey: secretRef, secretKey: secretRef },
  /**
   * The identity of the pods or of the machine, instead of keys. Only the clients of three vendors support it
   * (docs/decisions.md).
   */
  identity: z.literal('workload').optional(),
  grpcAddress: z.string().regex(/^(grpcs?:\/\/)?[-A-Za-z0-9_.]+:\d{1,5}$/, 'host:port or grpc://host:port'),
  bucketOf,
  bucketsOf,
  filePath,
  host,
  httpUrl,
  line,
  matching,
  port,
  secretRef,
};

export type SchemaFields = typeof SCHEMA_FIELDS;
