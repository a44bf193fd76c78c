import { durationSeconds, span } from '../../base/duration.ts';
import { counted } from '../../base/words.ts';
import { ARCHIVE } from '../../evidence/recovery/archive.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { errorInProdElseWarning, whereFile } from '../when.ts';

export const recoveryArchive: Check = {
  id: 'recovery.archive',
  title: 'pgBackRest has a backup of PostgreSQL, and every WAL segment since then',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: whereFile(({ recovery }) => recovery?.postgres?.pgbackrest !== undefined),
  requires: [ARCHIVE],
  remedy: 'run pgbackrest backup and pgbackrest check for this stanza, and read the log of PostgreSQL',
  judge: (context) => {
    const { stanza, backups, newest, gap } = context.evidence(ARCHIVE);
    const { rpo } = deploymentOf(context).recovery ?? {};
    const expected = `a backup, and every WAL segment since then${rpo === undefined ? '' : `, up to the last ${rpo}`}`;
    const last = backups.at(-1);
    if (last === undefined) return finding('fail', { observed: `the stanza ${stanza} has no backup`, expected });
    if (gap !== undefined) {
      const observed = `since ${last.label}, WAL segments between ${gap.after} and ${gap.before} are missing`;
      return finding('fail', { observed, expected, remedy: `make a new backup: pgbackrest --stanza=${stanza} backup` });
    }
    if (newest === undefined) return finding('fail', { observed: `the stanza ${stanza} has no WAL segment`, expected });
    const age = (context.now.getTime() - Date.parse(newest.at)) / 1_000;
    const observed = `the newest WAL segment is ${span(Math.max(0, age))} old`;
    if (rpo !== undefined && age > durationSeconds(rpo)) {
      const remedy = `set archive_timeout of PostgreSQL to less than ${rpo}`;
      return finding('fail', { observed, expected, remedy });
    }
    return pass(`${counted(backups.length, 'backup')}, the newest ${last.label}; ${observed}`, expected);
  },
};
