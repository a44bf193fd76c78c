import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../base/files.ts';
import { refuseLink } from '../links.ts';
import { isRevision, MAX_REVISION_BYTES, type Revision, type RevisionFault, readRevision } from './revision.ts';
import type { RevisionStore } from './store.ts';

/**
 * Returns a store of revisions as files `<number>.json` (0600) of one folder: beside difyctl.yaml, and for Compose
 * beside its `.env`.
 */
export function revisionFolder(folder: string): RevisionStore {
  const path = (number: number) => join(folder, `${number}.json`);
  return {
    read: async () => {
      const numbers = (await names(folder)).flatMap((name) =>
        /^[1-9]\d*\.json$/.test(name) ? Number.parseInt(name, 10) : [],
      );
      const sorted = numbers.sort((a, b) => a - b);
      const found = await Promise.all(
        sorted.map(async (number) => ({ number, read: await readOne(path(number), number) })),
      );
      return {
        revisions: found.map(({ read }) => read).filter(isRevision),
        unreadable: found.flatMap(({ number, read }) =>
          isRevision(read)
            ? []
            : { ...read, number, where: path(number), setAside: `mv '${path(number)}' '${path(number)}.damaged'` },
        ),
      };
    },
    write: async (revision: Revision) => {
      await refuseLink(folder);
      await writeFileAtomic(path(revision.number), `${JSON.stringify(revision, null, 2)}\n`, {
        mode: 0o600,
        directoryMode: 0o700,
      });
    },
    remove: (number) => rm(path(number), { force: true }),
  };
}

/**
 * Returns the names of the folder's files; none if it does not exist. Throws the system's error if it exists and cannot
 * be read, because its revisions must not count as none.
 */
async function names(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
}

async function readOne(path: string, number: number): Promise<Revision | RevisionFault> {
  try {
    const { size } = await lstat(path);
    if (size > MAX_REVISION_BYTES) return { reason: `it has ${size} bytes, more than ${MAX_REVISION_BYTES}` };
    return readRevision(await readFile(path, 'utf8'), number);
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
