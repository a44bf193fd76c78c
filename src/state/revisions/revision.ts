import * as z from 'zod';
import { boundedJson } from '../../base/bounded-json.ts';
import { isObject } from '../../base/json.ts';
import { newerWriter, writerOf } from '../../base/stored-document.ts';
import { API_VERSION } from '../../base/version.ts';

/** Version of the document. A reader refuses a higher one and keeps fields that it does not know. */
export const REVISION_VERSION = 1;

/** Limit in bytes of one revision, decompressed. A rendered set is some 100 KiB. */
export const MAX_REVISION_BYTES = 8 * 1024 * 1024;

const file = z.object({
  path: z.string(),
  /**
   * SHA-256 of the content. For a file with secrets, an HMAC keyed with SECRET_KEY, so that the content cannot be
   * guessed.
   */
  sha256: z.string(),
  /** Undefined if the file holds secrets. */
  content: z.string().optional(),
  /**
   * Only for `.env`: a digest of each variable (`envDigests`), so that an edit can be distinguished from the applied
   * value.
   */
  variables: z.record(z.string(), z.string()).optional(),
});

/** The operations that change a deployment. */
export type Operation = 'install' | 'upgrade' | 'rollback' | 'restore' | 'uninstall';

const PHASES = ['apply', 'postflight', 'closed'] as const;
/** `restored`: the data of a backup set was restored; the rendered set was not applied. */
const OUTCOMES = ['open', 'applied', 'failed', 'interrupted', 'rolled-back', 'removed', 'restored'] as const;

/** What a restore did, so that a run after a killed one continues. */
const restore = z.object({
  /** Id of the backup set. */
  set: z.string(),
  /** The stated time (`--at`). Undefined: the time of the set. */
  at: z.string().optional(),
  /** The parts of `--part`. Empty: all. */
  parts: z.array(z.string()),
  /** The knowledge base whose vectors alone are restored. Undefined: all. */
  knowledgeBase: z.string().optional(),
  /** The primary that a promotion replaces, and how each of its addresses answered. Only of a promotion. */
  promotion: z.object({ primary: z.string(), seen: z.array(z.string()) }).optional(),
  /** A step is recorded before it begins. `renamedTo`: the name that existing data gets before the step writes. */
  steps: z.array(
    z.object({
      step: z.string(),
      status: z.enum(['started', 'done']),
      renamedTo: z.string().optional(),
      seconds: z.number().optional(),
    }),
  ),
});

/**
 * One recorded render and apply. It is written as `open` before anything is applied, and closed afterwards, so that a
 * run after a killed one knows what that run was about to do. It holds no secret.
 */
const revisionSchema = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Revision'),
  /** Versions of difyctl without this field wrote version 1. */
  version: z.int().positive().default(REVISION_VERSION),
  deployment: z.string(),
  number: z.int().positive(),
  difyctl: z.string(),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  /** `user@host` */
  by: z.string(),
  /**
   * The recorded operation (`Operation`, or one of a newer difyctl). Undefined if a difyctl without this field wrote
   * it.
   */
  operation: z.string().optional(),
  /** What difyctl was doing when it wrote this. */
  phase: z.enum(PHASES),
  outcome: z.enum(OUTCOMES),
  detail: z.string().optional(),
  /** The file with defaults applied. Secrets are references in it. */
  file: z.record(z.string(), z.json()),
  files: z.array(file),
  planDigest: z.string(),
  /**
   * The number of objects or services that the plan created, changed and deleted. Undefined if a difyctl without this
   * field wrote it.
   */
  changes: z.object({ created: z.int(), changed: z.int(), deleted: z.int() }).optional(),
  /** Versions that changed. */
  upgrade: z.array(z.object({ what: z.enum(['Dify', 'chart']), from: z.string(), to: z.string() })).optional(),
  /** Kubernetes: the Secret that this revision's pods read. */
  secretName: z.string().optional(),
  /** The variable that holds each secret. */
  secretKeys: z.record(z.string(), z.string()),
  /** Objects outside the chart, so that a later revision can delete those that it no longer has. */
  manifests: z.array(z.object({ apiVersion: z.string(), kind: z.string(), name: z.string() })).default([]),
  chart: z.object({ name: z.string(), version: z.string(), appVersion: z.string() }).optional(),
  tools: z.record(z.string(), z.string()).default({}),
  releaseRevision: z.int().optional(),
  /** The backup set and the steps. Only of a restore. */
  restore: restore.optional(),
  /** Compose, after the apply: image ids by name, and Compose's own digest of each service. */
  running: z
    .object({ images: z.record(z.string(), z.string()), services: z.record(z.string(), z.string()) })
    .optional(),
  /** The checks that `--only` and `--skip` named for this install. */
  only: z.array(z.string()).default([]),
  skip: z.array(z.string()).default([]),
  /** How its preflight ran: where data services were probed from, and whether claims were tested. */
  from: z.enum(['local', 'cluster']).default('local'),
  deep: z.boolean().default(false),
});

export type Revision = z.output<typeof revisionSchema>;

/** Why a document that should be a revision cannot be used. */
export interface RevisionFault {
  readonly reason: string;
  /** The newer difyctl that wrote it and can read it. Undefined if no newer difyctl wrote it. */
  readonly newer?: string;
}

/**
 * Parses the document of the object with the name of revision `number`. Keeps fields that this difyctl does not know,
 * so that they are written again. Never throws.
 */
export function readRevision(text: string, number: number): Revision | RevisionFault {
  let document: unknown;
  try {
    document = boundedJson(text);
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
    if (data.number !== number) return { reason: `it has the number of revision ${data.number}` };
    // The schema only adds defaults. The document's own values are equal, and include fields of a newer difyctl.
    return { ...data, ...document };
  } catch {
    // The document is nested some thousand levels deep.
    return { reason: 'it is nested too deeply' };
  }
}

/** Returns true if `readRevision` could read the document. */
export function isRevision(read: Revision | RevisionFault): read is Revision {
  return 'outcome' in read;
}

/** Returns the revision with the highest number. Returns undefined if there is none. */
export function newestRevision(revisions: readonly Revision[]): Revision | undefined {
  return revisions.reduce<Revision | undefined>(
    (newest, revision) => (newest === undefined || revision.number > newest.number ? revision : newest),
    undefined,
  );
}

/** Returns what only a newer difyctl can have written. Returns undefined if nothing shows that. */
function unknownTo(document: Record<string, unknown>): string | undefined {
  const { apiVersion, version, outcome, phase } = document;
  if (typeof apiVersion === 'string' && apiVersion !== API_VERSION) return `apiVersion ${said(apiVersion)} is unknown`;
  if (newerWriter(document, REVISION_VERSION) !== undefined) return `document version ${version} is unknown`;
  if (typeof outcome === 'string' && !OUTCOMES.some((known) => known === outcome))
    return `outcome ${said(outcome)} is unknown`;
  if (typeof phase === 'string' && !PHASES.some((known) => known === phase)) return `phase ${said(phase)} is unknown`;
  return undefined;
}

/** Quotes at most 40 characters of text from outside. */
function said(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
