import * as z from 'zod';
import { isObject } from '../../base/json.ts';
import { newerWriter, writerOf } from '../../base/stored-document.ts';
import { API_VERSION } from '../../base/version.ts';

/** Version of the document itself. A reader refuses a higher one and keeps fields that it does not know. */
export const REVISION_VERSION = 1;

/** Most bytes that one revision may have, decompressed: a rendered set is some 100 KiB. */
export const MAX_REVISION_BYTES = 8 * 1024 * 1024;

const file = z.object({
  path: z.string(),
  /** Of the content; of a file that holds secrets an HMAC keyed with SECRET_KEY, so that nothing can be guessed from it. */
  sha256: z.string(),
  /** Absent where the file holds secrets. */
  content: z.string().optional(),
  /** `.env` alone: a digest of each variable (`envDigests`), so that an edit can be told from the applied value. */
  variables: z.record(z.string(), z.string()).optional(),
});

/** What changes a deployment. */
export type Operation = 'install' | 'upgrade' | 'rollback' | 'restore' | 'uninstall';

const PHASES = ['apply', 'postflight', 'closed'] as const;
const OUTCOMES = ['open', 'applied', 'failed', 'interrupted', 'rolled-back', 'removed'] as const;

/**
 * One recorded render and apply. It is written, open, before anything is applied and closed afterwards, so that whoever comes after a
 * killed run knows what that run was about to do. It holds no secret.
 */
const revisionSchema = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Revision'),
  /** difyctl before this field wrote version 1. */
  version: z.int().positive().default(REVISION_VERSION),
  deployment: z.string(),
  number: z.int().positive(),
  difyctl: z.string(),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  /** `user@host` */
  by: z.string(),
  /** The operation that it records (`Operation`, or one of a newer difyctl); absent from difyctl before this field. */
  operation: z.string().optional(),
  /** What difyctl was doing when this was written. */
  phase: z.enum(PHASES),
  outcome: z.enum(OUTCOMES),
  detail: z.string().optional(),
  /** The file, defaults applied; secrets are references in it. */
  file: z.record(z.string(), z.json()),
  files: z.array(file),
  planDigest: z.string(),
  /** How many objects or services the plan created, changed and deleted; absent from difyctl before this field. */
  changes: z.object({ created: z.int(), changed: z.int(), deleted: z.int() }).optional(),
  /** Versions that moved. */
  upgrade: z.array(z.object({ what: z.enum(['Dify', 'chart']), from: z.string(), to: z.string() })).optional(),
  /** Kubernetes: the Secret that this revision's pods read. */
  secretName: z.string().optional(),
  /** Which variable holds which secret. */
  secretKeys: z.record(z.string(), z.string()),
  /** Objects beside the chart, so that a later revision can delete what it no longer has. */
  manifests: z.array(z.object({ apiVersion: z.string(), kind: z.string(), name: z.string() })).default([]),
  chart: z.object({ name: z.string(), version: z.string(), appVersion: z.string() }).optional(),
  tools: z.record(z.string(), z.string()).default({}),
  releaseRevision: z.int().optional(),
  /** Compose, once applied: ids of images by their names, and Compose's own digest of each service. */
  running: z
    .object({ images: z.record(z.string(), z.string()), services: z.record(z.string(), z.string()) })
    .optional(),
  /** Checks that were left out of this install. */
  only: z.array(z.string()).default([]),
  skip: z.array(z.string()).default([]),
  /** How its preflight looked: from where at data services, and whether it tried claims. */
  from: z.enum(['local', 'cluster']).default('local'),
  deep: z.boolean().default(false),
});

export type Revision = z.output<typeof revisionSchema>;

/** Why a document that should be a revision cannot be used. */
export interface RevisionFault {
  readonly reason: string;
  /** The difyctl that wrote it, where a newer one did: it can read the document. */
  readonly newer?: string;
}

/**
 * Reads the document of the object that is named as revision `number`. Fields that this difyctl does not know stay in it, so that they are
 * written again. Never throws.
 */
export function readRevision(text: string, number: number): Revision | RevisionFault {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { reason: 'it is not JSON' };
  }
  if (!isObject(document) || document.kind !== 'Revision') return { reason: 'it is not a document of kind Revision' };
  const unknown = unknownTo(document);
  if (unknown !== undefined) return { reason: unknown, newer: writerOf(document) };
  try {
    const { data, error } = revisionSchema.safeParse(document);
    const [issue] = error?.issues ?? [];
    if (data === undefined) return { reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}` };
    if (data.number !== number) return { reason: `it says that it is revision ${data.number}` };
    // The schema only adds defaults: the document's own values are the same, and hold what a newer difyctl added.
    return { ...data, ...document };
  } catch {
    // A document nested some thousand levels deep.
    return { reason: 'it is nested too deeply' };
  }
}

/** True for what `readRevision` could read. */
export function isRevision(read: Revision | RevisionFault): read is Revision {
  return 'outcome' in read;
}

/** The one with the highest number. */
export function newestRevision(revisions: readonly Revision[]): Revision | undefined {
  return revisions.reduce<Revision | undefined>(
    (newest, revision) => (newest === undefined || revision.number > newest.number ? revision : newest),
    undefined,
  );
}

/** What only a newer difyctl can have written; undefined where nothing shows that. */
function unknownTo(document: Record<string, unknown>): string | undefined {
  const { apiVersion, version, outcome, phase } = document;
  if (typeof apiVersion === 'string' && apiVersion !== API_VERSION) return `apiVersion ${said(apiVersion)} is unknown`;
  if (newerWriter(document, REVISION_VERSION) !== undefined) return `document version ${version} is unknown`;
  if (typeof outcome === 'string' && !OUTCOMES.some((known) => known === outcome))
    return `outcome ${said(outcome)} is unknown`;
  if (typeof phase === 'string' && !PHASES.some((known) => known === phase)) return `phase ${said(phase)} is unknown`;
  return undefined;
}

/** A short quote of what somebody else wrote. */
function said(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
