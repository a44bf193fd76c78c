import type { PgBackRest } from '../../exec/pgbackrest.ts';
import type { RunOptions } from '../../exec/runner.ts';
import type { ArchiveFacts } from './archive-facts.ts';
import { logGap } from './wal-gap.ts';

/**
 * Reads the backups and WAL segments that pgBackRest has of the file's server. Throws ExternalError if pgBackRest does not
 * run on this machine, or if the stanza cannot be used.
 */
export async function readArchive(program: PgBackRest, options: RunOptions): Promise<ArchiveFacts> {
  const { name, backup, archive, db } = await program.info(options);
  const current = db.at(-1);
  const id = archive.findLast(({ database }) => database.id === current?.id)?.id;
  const found = id === undefined ? [] : await program.segments(id, options);
  const segments = found.map((one) => one.name);
  const backups = backup.flatMap(({ label, error, timestamp, archive: log, database, info }) =>
    error === true || log.start === null || database.id !== current?.id
      ? []
      : [{ label, stop: isoOf(timestamp.stop), bytes: info.size, firstSegment: log.start }],
  );
  const last = backups.at(-1);
  const newest = found.toSorted((a, b) => a.at - b.at).at(-1);
  const gap = last === undefined ? undefined : logGap(segments, last.firstSegment);
  return {
    ...{ stanza: name, postgres: current?.version ?? '', backups, segments },
    ...(newest === undefined ? {} : { newest: { name: newest.name, at: isoOf(newest.at) } }),
    ...(gap === undefined ? {} : { gap }),
  };
}

function isoOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}
