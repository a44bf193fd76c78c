import { sha256 } from '../../base/digest.ts';
import type { Revision } from './revision.ts';

/**
 * Returns the SHA-256 of a revision's rendered set, without the files that hold secrets. `writeSet` returns the same
 * digest for these files.
 */
export function setDigest({ files }: Pick<Revision, 'files'>): string {
  const readable = files.filter(({ content }) => content !== undefined);
  return sha256(readable.map((file) => `${file.sha256}  ${file.path}\n`).join(''));
}
