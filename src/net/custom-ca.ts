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

/** Returns the text of a CA file of the deployment. Throws ProbeError (`tls`) if it cannot be read. */
export async function readCaFile(caFile: string, baseDirectory: string): Promise<string> {
  try {
    return await readFile(resolve(baseDirectory, caFile), 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'ENOENT';
    throw new ProbeError('tls', code, `cannot be verified: caFile ${caFile} cannot be read (${code})`);
  }
}

/**
 * Returns the operator's own authority, which replaces the public ones for this client. Empty if `caFile` is undefined.
 * Throws ProbeError (`tls`) if the file cannot be read.
 */
export async function customCa(caFile: string | undefined, baseDirectory: string): Promise<Trust> {
  return caFile === undefined ? {} : { ca: await readCaFile(caFile, baseDirectory), caAlone: true };
}
