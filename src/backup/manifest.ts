import * as z from 'zod';
import { boundedJson } from '../base/bounded-json.ts';
import { isObject } from '../base/json.ts';
import { newerWriter, storedHead, writerOf } from '../base/stored-document.ts';
import { API_VERSION } from '../base/version.ts';

/** Version of the document. A reader refuses a higher one and keeps fields that it does not know. */
const MANIFEST_VERSION = 1;

/** The parts of a set, in the order in which they are made. */
export const PARTS = [
  'postgres-main',
  'postgres-plugin',
  'objects',
  'plugin-storage',
  'vectors',
  'configuration',
  'secrets',
] as const;
export type PartName = (typeof PARTS)[number];

/**
 * How a part can be restored: `copied`: from `snapshot`. `referenced`: from object versions as of T in the bucket that
 * `details` names, or from the snapshot repository of the vector store; `snapshot` then has only the list. `managed`: by
 * the provider of the service. `rebuild`: from the other parts. `left-out`: not at all,
 * because the operator said so.
 */
const MECHANISMS = ['copied', 'referenced', 'managed', 'rebuild', 'left-out'] as const;

const hexDigest = z.string().regex(/^[0-9a-f]{64}$/);

const part = z.object({
  part: z.enum(PARTS),
  mechanism: z.enum(MECHANISMS),
  /** The program that made it, with its version: `pg_dump 15.20`. */
  engine: z.string(),
  /** Id of the restic snapshot. Undefined if nothing was copied. */
  snapshot: hexDigest.optional(),
  /** Id of the snapshot's tree: a digest of everything in it. Undefined if nothing was copied. */
  tree: hexDigest.optional(),
  /** Path of the one file in the snapshot, such as `/postgres-main.dump`. Undefined for a folder. */
  file: z.string().optional(),
  /** Size before compression, and the number of files or objects. */
  bytes: z.number().nonnegative(),
  files: z.int().nonnegative().optional(),
  seconds: z.number().nonnegative(),
  /**
   * Facts of the part, none of them secret: `database` and `tables` of a dump, `provider`, `bucket` and `prefix` of
   * objects, `state` (digest of what it was made of) and `unchangedSince` (the set that read it), `endpoint`, `bucket`,
   * `at`, `digest` (SHA-256 of the list) and `noncurrentDays` of referenced versions, `reason` of what was not copied.
   */
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});
export type BackupPart = z.output<typeof part>;

const manifestSchema = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('BackupManifest'),
  version: z.int().positive(),
  /** The difyctl that made the set. */
  difyctl: z.string(),
  /** Id of the set: `dify-20261129T021500Z-3fa2`. */
  set: z.string(),
  deployment: z.string(),
  tier: z.enum(['test', 'prod']),
  target: z.object({
    type: z.enum(['kubernetes', 'compose']),
    /** The cluster or engine, as in place.yaml. */
    uid: z.string().optional(),
    endpoint: z.string(),
    /** Namespace or directory. */
    within: z.string(),
  }),
  /** Version of Dify, from the newest applied revision; from the file if there is none. */
  dify: z.string(),
  /** Version of the chart. Kubernetes only. */
  chart: z.string().optional(),
  /** T: the start of the dump of the main database. Files and vectors are as of T or later. */
  commonPoint: z.iso.datetime(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** True if everything that writes was stopped while the set was made. */
  quiesced: z.boolean().default(false),
  /** Revision of Dify's schema in the main database (`alembic_version`). */
  schemaHead: z.string(),
  keys: z.object({
    /** Fingerprint of SECRET_KEY (`keyFingerprint`, with the id of the set). */
    secretKey: z.string(),
    /** SHA-256 of the public key (DER, SPKI) of each tenant in the main database, by the tenant's id. */
    tenants: z.record(z.string(), hexDigest).default({}),
  }),
  /** Recipients of the secrets part. Empty if the set has no secrets. */
  recipients: z.array(z.string()).default([]),
  parts: z.array(part),
});

/** The commit of a backup set. It is written after every part, so that a set without a manifest does not exist. */
export type BackupManifest = z.output<typeof manifestSchema>;

/** Why a document that should be a manifest cannot be used. */
export interface ManifestFault {
  readonly reason: string;
  /** The newer difyctl that wrote it and can read it. Undefined if no newer difyctl wrote it. */
  readonly newer?: string;
}

/** Returns the manifest of a set, with the fields that every document has. */
export function backupManifest(
  facts: Omit<BackupManifest, 'apiVersion' | 'kind' | 'version' | 'difyctl'>,
): BackupManifest {
  return { apiVersion: API_VERSION, ...storedHead('BackupManifest', MANIFEST_VERSION), ...facts };
}

/**
 * Parses the document that was stored as the manifest of `set`. Keeps fields that this difyctl does not know. Never
 * throws.
 */
export function readManifest(text: string, set: string): BackupManifest | ManifestFault {
  let document: unknown;
  try {
    document = boundedJson(text);
  } catch {
    return { reason: 'it is not JSON' };
  }
  if (!isObject(document) || document.kind !== 'BackupManifest') {
    return { reason: 'it is not a document of kind BackupManifest' };
  }
  if (newerWriter(document, MANIFEST_VERSION) !== undefined) {
    return { reason: `document version ${document.version} is unknown`, newer: writerOf(document) };
  }
  const { data, error } = manifestSchema.safeParse(document);
  const [issue] = error?.issues ?? [];
  if (data === undefined) return { reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}` };
  if (data.set !== set) return { reason: `it is the manifest of set ${JSON.stringify(data.set.slice(0, 60))}` };
  const missing = PARTS.filter((name) => data.parts.filter((one) => one.part === name).length !== 1);
  if (missing.length > 0) return { reason: `it does not have exactly one part ${missing.join(', ')}` };
  // The schema only adds defaults. The document's own values are equal, and include fields of a newer difyctl.
  return { ...data, ...document };
}

/** Returns true if `readManifest` could read the document. */
export function isManifest(read: BackupManifest | ManifestFault): read is BackupManifest {
  return 'parts' in read;
}

/** True if the set itself says where the contents of the part are: in the repository, or in versions of a bucket. */
export function isRestorable({ mechanism }: BackupPart): boolean {
  return mechanism === 'copied' || mechanism === 'referenced';
}

/** Returns the part of a manifest. Each readable manifest has each part once. */
export function partOf({ parts, set }: BackupManifest, name: PartName): BackupPart {
  const found = parts.find((one) => one.part === name);
  if (found === undefined) throw new Error(`the manifest of ${set} has no part ${name}`);
  return found;
}
