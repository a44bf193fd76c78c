import { durationSeconds } from '../../base/duration.ts';
import type { Recovery } from '../../deployment/schema/recovery.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { errorInProd, whereFile } from '../when.ts';
import { aside } from './aside.ts';
import { declared } from './declared.ts';
import { evidenceOf, isObserved, observingCheck } from './mechanisms.ts';

/** If one is saved this much more often than the other, the two are never from the same time. */
const MOST_TIMES = 2;

export const recoveryConsistency: Check = {
  id: 'recovery.consistency',
  title: 'PostgreSQL and the files can be restored to the same point in time',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery }) => recovery?.postgres !== undefined && recovery.objectStorage !== undefined),
  requires: [],
  optional: evidenceOf('versions'),
  remedy: 'version the buckets, or save files and PostgreSQL equally often',
  judge: (context) => {
    const { postgres, objectStorage } = deploymentOf(context).recovery ?? {};
    const expected = 'rows and the files they point to, of one moment';
    if (objectStorage?.versioning === true) {
      const observed = `files go back by version to whatever moment PostgreSQL is restored to (${postgres?.method})`;
      if (isObserved(context, 'versions')) return pass(observed, expected);
      const see = observingCheck(context, 'versions');
      return see === undefined
        ? declared('old versions of the files', 'check the old versions of one file where it is kept')
        : aside(`whether old versions are kept was not observed: see ${see}`);
    }
    if (objectStorage?.interval === undefined || postgres?.interval === undefined) {
      return aside('nothing brings one of the two back: see recovery.rpo.corruption');
    }
    const [database, files] = [durationSeconds(postgres.interval), durationSeconds(objectStorage.interval)];
    const observed = `PostgreSQL by ${postgres.method} every ${postgres.interval}, files every ${objectStorage.interval}`;
    if (Math.max(database, files) <= MOST_TIMES * Math.min(database, files)) {
      return declared(observed, 'version the buckets, or restore files and database together once');
    }
    return finding('warn', {
      observed,
      expected,
      message: `${observed}: restored together, rows point to files that are missing, or files to rows`,
      remedy: `set recovery.${database < files ? 'objectStorage' : 'postgres'}.interval to ${closer(postgres, objectStorage)}, or version the buckets`,
    });
  },
};

type Plan<K extends keyof Recovery> = NonNullable<Recovery[K]>;

/** The shorter of the two intervals. */
function closer(postgres: Plan<'postgres'>, files: Plan<'objectStorage'>): string {
  const [a = '', b = ''] = [postgres.interval, files.interval];
  return durationSeconds(a) < durationSeconds(b) ? a : b;
}
