import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../base/files.ts';
import { parseRevision, type Revision } from './revision.ts';
import type { RevisionStore } from './store.ts';

/** Revisions as files `<number>.json` (0600) of one folder: beside difyctl.yaml, and for Compose beside its `.env`. */
export function revisionFolder(folder: string): RevisionStore {
  const path = (number: number) => join(folder, `${number}.json`);
  return {
    list: async () => {
      const names = await readdir(folder).catch(() => []);
      const own = names.filter((name) => /^\d+\.json$/.test(name));
      const read = await Promise.all(
        own.map(async (name) => parseRevision(await readFile(join(folder, name), 'utf8'))),
      );
      return read.filter((revision) => revision !== undefined).sort((a, b) => a.number - b.number);
    },
    write: (revision: Revision) =>
      writeFileAtomic(path(revision.number), `${JSON.stringify(revision, null, 2)}\n`, {
        mode: 0o600,
        directoryMode: 0o700,
      }),
    remove: (number) => rm(path(number), { force: true }),
  };
}
