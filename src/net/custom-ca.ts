import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ProbeError } from './probe-error.ts';

/** What is trusted beside the public authorities, or in their place. */
export interface Trust {
  /** PEM. */
  readonly ca?: string | undefined;
  /** True where the client trusts `ca` and no other once it is given one. */
  readonly caAlone?: boolean;
}

/** The authority of the operator's own that a client is given in place of the public ones. Throws ProbeFault (`tls`) where its file cannot be read. */
export async function customCa(caFile: string | undefined, baseDirectory: string): Promise<Trust> {
  if (caFile === undefined) return {};
  try {
    return { ca: await readFile(resolve(baseDirectory, caFile), 'utf8'), caAlone: true };
  } catch {
    throw new ProbeError('tls', 'ENOENT', `cannot be verified: caFile ${caFile} cannot be read`);
  }
}
