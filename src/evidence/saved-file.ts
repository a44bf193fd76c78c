import * as z from 'zod';
import { tryBoundedJson } from '../base/bounded-json.ts';
import { UserError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import { printableData } from '../base/printable.ts';
import { refuseNewer } from '../base/stored-document.ts';
import { API_VERSION } from '../base/version.ts';
import type { Evidence } from './evidence.ts';

/** Fields that a newer difyctl added are kept. */
const document = z
  .looseObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Evidence'),
    key: z.string().regex(/^[a-z0-9.-]+$/),
    version: z.int().positive(),
    collectedAt: z.iso.datetime(),
    from: z.enum(['local', 'cluster']),
    outcome: z.enum(['ok', 'denied', 'timeout', 'absent']),
    data: z.json().optional(),
    missing: z.string().exactOptional(),
    lacks: z.string().exactOptional(),
    next: z.string().exactOptional(),
    durationMs: z.number().nonnegative(),
  })
  .refine(({ outcome, data }) => outcome !== 'ok' || data !== undefined, { path: ['data'], error: 'is missing' });

/**
 * Parses one file of saved evidence. `knownVersion` returns the version of a key that this difyctl collects, undefined
 * for an unknown key. Throws UserError that names the file and what is wrong; if a newer difyctl wrote it, which one
 * can read it.
 */
export function parseEvidence(
  text: string,
  path: string,
  knownVersion: (key: string) => number | undefined = () => undefined,
): Evidence<unknown> {
  const json = tryBoundedJson(text);
  if (isObject(json)) refuseNewer(path, json, knownVersion(String(json.key)) ?? Number.POSITIVE_INFINITY);
  const inexact = json === undefined ? undefined : inexactInteger(text);
  if (inexact !== undefined)
    throw new UserError(`${path} contains the number ${inexact}, which difyctl cannot read exactly`);
  const read = document.safeParse(json);
  if (read.success) {
    const { apiVersion: _, kind: __, ...evidence } = read.data;
    // The file may come from someone else: make its text printable.
    return printableData(evidence);
  }
  const problems = read.error.issues.map(({ path: at, message }) => ({ path: at.join('.') || 'file', message }));
  const first = problems[0];
  throw new UserError(`${path} is not evidence: ${first?.path} ${first?.message}`, { problems });
}

/** Returns the first integer in JSON text that a JavaScript number cannot hold exactly. difyctl never writes one. */
function inexactInteger(text: string): string | undefined {
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)) {
    if (/^-?\d{16,}$/.test(token) && String(Number(token)) !== token) return token;
  }
  return undefined;
}
