import * as z from 'zod';
import { filePath, host, httpUrl, line, port } from '../base/fields.ts';
import { secretRef } from '../base/secret-ref.ts';

/** A pattern, and the requirement as messages show it. */
interface Pattern {
  readonly pattern: RegExp;
  readonly says: string;
}

/** A text of a pattern. */
function matching({ pattern, says }: Pattern) {
  return z.string().regex(pattern, says);
}

/** The buckets of a store by its rule for names: the main one, and the one for plugin packages. */
function bucketsOf(names: Pattern) {
  return { bucket: matching(names), pluginBucket: matching(names).optional() };
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
