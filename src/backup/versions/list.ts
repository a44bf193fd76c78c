import { createHash } from 'node:crypto';
import * as z from 'zod';
import { tryBoundedJson } from '../../base/bounded-json.ts';
import { ExternalError } from '../../base/errors.ts';
import { EXIT } from '../../base/exit-codes.ts';
import type { Restic, ResticOptions } from '../../exec/restic.ts';
import type { ObjectVersion } from '../../storage/object-version.ts';
import type { BackupPart } from '../manifest.ts';

/** One line of the list: what a restore needs to find the object again. */
const line = z.object({
  key: z.string().min(1),
  version: z.string().min(1),
  at: z.string(),
  bytes: z.number().nonnegative(),
  etag: z.string(),
});

/** The list of a part as it is stored: one JSON document a line, sorted by key. */
export function listText(versions: readonly ObjectVersion[]): string {
  return versions
    .map(({ key, version, at, bytes, etag }) => `${JSON.stringify({ key, version, at, bytes, etag })}\n`)
    .join('');
}

/** SHA-256 of a stored list, for the manifest. */
export function listDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Reads the list of a referenced part. Throws ExternalError (exit 6) if it is not the one that the manifest names. */
export async function readList(
  restic: Restic,
  { part, snapshot = '', file = '', files, details }: BackupPart,
  options: ResticOptions,
): Promise<readonly ObjectVersion[]> {
  const chunks: Buffer[] = [];
  await restic.read(snapshot, file, (chunk) => void chunks.push(chunk), options);
  const text = Buffer.concat(chunks).toString('utf8');
  const versions = text
    .split('\n')
    .filter((one) => one !== '')
    .flatMap((one) => line.safeParse(tryBoundedJson(one)).data ?? []);
  if (listDigest(text) === details.digest && versions.length === files) return versions;
  throw new ExternalError(`the list of versions of ${part} is not the one that the manifest names`, {
    exitCode: EXIT.rehearsal,
    next: ['restore another set: difyctl backup list'],
  });
}
