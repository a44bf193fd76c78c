import { CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import type { ArchiveFacts } from './archive-facts.ts';

export const ARCHIVE = evidenceKey<ArchiveFacts>('recovery.archive', 1);

/** Asks pgBackRest about its stanza, on this machine or in the container of the file. */
export const archiveCollector: Collector<ArchiveFacts> = {
  key: ARCHIVE,
  timeoutMs: 60_000,
  collect: async ({ deployment, baseDirectory, kubeArgs, runner, signal }) => {
    const settings = deployment?.recovery?.postgres?.pgbackrest;
    if (settings === undefined) throw new CollectionError('absent', 'a stanza of pgBackRest in the file');
    // Lazy: its answers are read with zod, which a preflight without a file does not load.
    const [{ pgBackRest }, { readArchive }] = await Promise.all([
      import('../../exec/pgbackrest.ts'),
      import('./read-archive.ts'),
    ]);
    return readArchive(pgBackRest(runner, settings, { baseDirectory, kubeArgs }), { signal });
  },
};
