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
  remedy: 'enable versioning of the buckets, or back up files and PostgreSQL at the same interval',
  judge: (context) => {
    const { postgres, objectStorage } = deploymentOf(context).recovery ?? {};
    const expected = 'rows and the files that they refer to, from the same point in time';
    if (objectStorage?.versioning === true) {
      const observed = `files can be restored by version to any point in time of PostgreSQL (${postgres?.method})`;
      if (isObserved(context, 'versions')) return pass(observed, expected);
      const see = observingCheck(context, 'versions');
      return see === undefined
        ? declared('old versions of the files', 'list the old versions of one file in its bucket')
        : aside(`difyctl could not observe whether old versions are kept: see ${see}`);
    }
    if (objectStorage?.interval === undefined || postgres?.interval === undefined) {
      return aside('PostgreSQL or the files cannot be restored: see recovery.rpo.corruption');
    }
    const [database, files] = [durationSeconds(postgres.interval), durationSeconds(objectStorage.interval)];
    const observed = `PostgreSQL by ${postgres.method} every ${postgres.interval}, files every ${objectStorage.interval}`;
    if (Math.max(database, files) <= MOST_TIMES * Math.min(database, files)) {
      return declared(observed, 'enable versioning of the buckets, or test a restore of files and database together');
    }
    return finding('warn', {
      observed,
      expected,
      message: `${observed}: after a restore, rows refer to files that do not exist, or files have no rows`,
      remedy: `set recovery.${database < files ? 'objectStorage' : 'postgres'}.interval to ${closer(postgres, objectStorage)}, or enable versioning of the buckets`,
    });
  },
};

type Plan<K extends keyof Recovery> = NonNullable<Recovery[K]>;

/** The shorter of the two intervals. */
function closer(postgres: Plan<'postgres'>, files: Plan<'objectStorage'>): string {
  const [a = '', b = ''] = [postgres.interval, files.interval];
  return durationSeconds(a) < durationSeconds(b) ? a : b;
}
