import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ProbeError } from './probe-error.ts';

/** Certificate authorities that are trusted in addition to, or instead of, the public ones. */
export interface Trust {
  /** PEM. */
  readonly ca?: string | undefined;
  /** True if the client, once it has `ca`, trusts it and no public authority. */
  readonly caAlone?: boolean;
}

/**
 * Returns the operator's own authority, which replaces the public ones for this client. Empty if `caFile` is undefined.
 * Throws ProbeError (`tls`) if the file cannot be read.
 */
export async function customCa(caFile: string | undefined, baseDirectory: string): Promise<Trust> {
  if (caFile === undefined) return {};
  try {
    return { ca: await readFile(resolve(baseDirectory, caFile), 'utf8'), caAlone: true };
  } catch {
    throw new ProbeError('tls', 'ENOENT', `cannot be verified: caFile ${caFile} cannot be read`);
  }
}
