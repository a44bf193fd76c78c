import * as z from 'zod';
import { API_VERSION } from '../../base/version.ts';

const file = z.object({
  path: z.string(),
  /** Of the content; of a file that holds secrets an HMAC keyed with SECRET_KEY, so that nothing can be guessed from it. */
  sha256: z.string(),
  /** Absent where the file holds secrets. */
  content: z.string().optional(),
});

/**
 * One recorded render and apply. It is written, open, before anything is applied and closed afterwards, so that whoever comes after a
 * killed run knows what that run was about to do. It holds no secret.
 */
const revisionSchema = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Revision'),
  deployment: z.string(),
  number: z.int().positive(),
  difyctl: z.string(),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  /** `user@host` */
  by: z.string(),
  /** What difyctl was doing when this was written. */
  phase: z.enum(['apply', 'postflight', 'closed']),
  outcome: z.enum(['open', 'applied', 'failed', 'interrupted', 'rolled-back', 'removed']),
  detail: z.string().optional(),
  /** The file, defaults applied; secrets are references in it. */
  file: z.record(z.string(), z.json()),
  files: z.array(file),
  planDigest: z.string(),
  /** Kubernetes: the Secret that this revision's pods read. */
  secretName: z.string().optional(),
  /** Which variable holds which secret. */
  secretKeys: z.record(z.string(), z.string()),
  /** Objects beside the chart, so that a later revision can delete what it no longer has. */
  manifests: z.array(z.object({ apiVersion: z.string(), kind: z.string(), name: z.string() })).default([]),
  chart: z.object({ name: z.string(), version: z.string(), appVersion: z.string() }).optional(),
  tools: z.record(z.string(), z.string()).default({}),
  releaseRevision: z.int().optional(),
  /** Checks that were left out of this install. */
  only: z.array(z.string()).default([]),
  skip: z.array(z.string()).default([]),
  /** How its preflight looked: from where at data services, and whether it tried claims. */
  from: z.enum(['local', 'cluster']).default('local'),
  deep: z.boolean().default(false),
});

export type Revision = z.output<typeof revisionSchema>;

/** Reads a revision; undefined where the text is none that this difyctl understands. */
export function parseRevision(text: string): Revision | undefined {
  try {
    return revisionSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The one with the highest number. */
export function newestRevision(revisions: readonly Revision[]): Revision | undefined {
  return revisions.reduce<Revision | undefined>(
    (newest, revision) => (newest === undefined || revision.number > newest.number ? revision : newest),
    undefined,
  );
}
