import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/base/json.ts';
import { OBJECT_STORAGE, type ObjectFacts } from '../../../../src/evidence/object-storage/facts.ts';
import { BACKUPS } from '../../../../src/evidence/recovery/backups.ts';
import { RELEASE_INSTALLED } from '../../../../src/evidence/release/installed.ts';
import type { BackupFacts } from '../../../../src/recovery/backup-facts.ts';
import { backupFactsOf, setFactOf } from '../../../support/backup-facts.ts';
import { HEALTHY_BUCKET, HEALTHY_OBJECTS } from '../../../support/bucket-facts.ts';
import { allSeen, type Patch, plan, resultOf } from '../scene.ts';

const BACKUP = { repository: 's3:https://backup.example.org/dify', password: { env: 'BACKUP' } };
/** A production whose PostgreSQL is restored from sets. */
const DUMP: JsonObject = {
  ...{ rpo: '4h', postgres: { method: 'dump', interval: '1h', retention: '14d' }, measured: null, backup: BACKUP },
};
const at = (repository: string, s3?: JsonObject): Patch =>
  plan({ ...DUMP, backup: { ...BACKUP, repository, ...(s3 === undefined ? {} : { s3 }) } });
const judgedWith = (id: string, facts: Partial<BackupFacts>, patch: Patch = plan(DUMP)) => {
  const { status, message } = resultOf(id, patch, [...allSeen(), [BACKUPS, backupFactsOf(facts)]]);
  return `${status}: ${message}`;
};

describe('a bucket whose versions sets name', () => {
  const settingsOf = (settings: Partial<ObjectFacts['settings']>) => {
    const objects = { ...HEALTHY_OBJECTS, settings: { ...HEALTHY_OBJECTS.settings, ...settings } };
    const facts = { host: 's3', isSecure: true, keys: 'given', buckets: [{ ...HEALTHY_BUCKET, objects }] } as const;
    const patch = plan({ ...DUMP, backup: { ...BACKUP, objects: 'versions' } });
    const { status, message } = resultOf('recovery.backup.versions', patch, [[OBJECT_STORAGE, facts]]);
    return `${status}: ${message.replace('bucket dify (api): ', '')}`;
  };
  const forget = (days: number) => ({ id: 'old', prefix: '', action: 'forget', days, when: `${days} days` }) as const;
  const expected = 'expected versions that are kept for 180 days, as sets are (recovery.backup.keep)';

  test.each<[string, Partial<ObjectFacts['settings']>, string]>([
    ['that keeps them forever', {}, 'pass: old versions are kept forever'],
    [
      'that keeps them long enough',
      { lifecycle: { seen: [forget(180)] } },
      'pass: old versions are deleted after 180 days',
    ],
    [
      'that keeps them a month',
      { lifecycle: { seen: [forget(200), forget(30)] } },
      `fail: old versions are deleted after 30 days; ${expected}`,
    ],
    ['without versioning', { versioning: { seen: 'off' } }, `fail: versioning is off; ${expected}`],
    [
      'that hides its rules',
      { lifecycle: { hidden: 'AccessDenied' } },
      `fail: the key may not read the settings (AccessDenied); ${expected}`,
    ],
  ])('%s', (_, settings, message) => {
    expect(settingsOf(settings)).toBe(message);
  });
});

describe('the repository of backups', () => {
  test.each<[string, string, Partial<BackupFacts>, string]>([
    ['with a set of today', 'age', {}, 'pass: dify-1 is 2h old, 3 GiB in 5m'],
    [
      'with sets older than the RPO',
      'age',
      { newest: [setFactOf({ commonPoint: '2026-11-22T04:00:00.000Z' })] },
      'fail: dify-1 is 8h old; expected a complete set of the last 4h',
    ],
    [
      'whose newest set is damaged',
      'age',
      {
        newest: [
          setFactOf({ set: 'dify-2', commonPoint: '2026-11-22T11:00:00.000Z', faults: ['objects is missing'] }),
          setFactOf({ commonPoint: '2026-11-22T07:00:00.000Z' }),
        ],
      },
      'fail: dify-1 is 5h old; expected a complete set of the last 4h',
    ],
    [
      'that does not exist',
      'age',
      { exists: false, newest: [], total: 0 },
      'fail: the repository does not exist: no backup was made; expected a complete set of the last 4h',
    ],
    [
      'with runs that never ended',
      'age',
      { newest: [], total: 0, partial: [{ set: 'dify-1', at: '2026-11-20T02:00:00.000Z' }] },
      'fail: every run of difyctl backup ended before its set was complete; expected a complete set of the last 4h',
    ],
    ['with complete sets', 'sets', {}, 'pass: the newest 1 of 9 sets are complete'],
    [
      'with a damaged set',
      'sets',
      {
        newest: [setFactOf({ faults: ['objects names no snapshot'] })],
        unreadable: [{ set: 'dify-0', reason: 'it is not a BackupManifest' }],
      },
      'fail: damaged: dify-1 (objects names no snapshot) and dify-0 (it is not a BackupManifest); expected sets whose manifest can be read and whose parts exist',
    ],
    [
      'with a run that was killed',
      'sets',
      { partial: [{ set: 'dify-2', at: '2026-11-20T02:00:00.000Z' }] },
      'warn: 1 run ended before the set was complete, the last on 2026-11-20; expected runs that end',
    ],
    [
      'with a run that may still work',
      'sets',
      { partial: [{ set: 'dify-2', at: '2026-11-22T11:00:00.000Z' }] },
      'pass: the newest 1 of 9 sets are complete',
    ],
    ['that was verified', 'verified', {}, 'pass: verified on 2026-11-21, 3/7 of the data read'],
    [
      'that was verified long ago',
      'verified',
      { verification: { at: '2026-11-01T12:00:00.000Z', share: '3/7', faults: [] } },
      'warn: the last verification was 21d ago; expected a verification every 7d',
    ],
    [
      'that failed its verification',
      'verified',
      { verification: { at: '2026-11-21T03:00:00.000Z', share: '1/1', faults: ['the repository is damaged'] } },
      'fail: the verification of 2026-11-21 failed: the repository is damaged; expected a repository without a fault',
    ],
    [
      'whose verification cannot be read',
      'verified',
      { verification: { reason: 'it is not a BackupVerification' } },
      'warn: the record of the last verification: it is not a BackupVerification; expected a verification every 7d',
    ],
    ['that is pruned', 'retention', {}, 'pass: 9 sets, the oldest of 2026-10-01'],
    [
      'that nothing prunes',
      'retention',
      { surplus: 40, total: 60 },
      'warn: 40 sets that recovery.backup.keep does not keep any more; expected sets as recovery.backup.keep says',
    ],
    ['that is no folder', 'room', {}, 'skip: the repository is not a folder of this machine'],
    ['with room', 'room', { freeBytes: 9 * 2 ** 30 }, 'pass: 9 GiB free'],
    ['without room', 'room', { freeBytes: 2 ** 30 }, 'fail: 1 GiB free; expected 3 GiB, the size of dify-1'],
    ['without a set', 'verified', { newest: [], total: 0 }, 'skip: no complete set exists: see recovery.backup.age'],
  ])('%s: recovery.backup.%s', (_, name, facts, expected) => {
    expect(judgedWith(`recovery.backup.${name}`, facts)).toBe(expected);
  });

  test('that was never verified from here is a warning', () => {
    const { verification: _, ...facts } = backupFactsOf();
    const { status, message } = resultOf('recovery.backup.verified', plan(DUMP), [[BACKUPS, facts]]);
    expect(`${status}: ${message}`).toBe('warn: never verified from this folder; expected a verification every 7d');
  });

  test('has no age limit if PostgreSQL has an archive', () => {
    const old = { newest: [setFactOf({ commonPoint: '2026-11-20T10:00:00.000Z' })] };
    expect(judgedWith('recovery.backup.age', old, plan({ backup: BACKUP }))).toBe(
      'pass: dify-1 is 2d 2h old, 3 GiB in 5m',
    );
  });

  test('may be empty before the first install', () => {
    const facts = backupFactsOf({ exists: false, newest: [], total: 0 });
    const installed = { images: [], records: [] };
    const { status, message } = resultOf('recovery.backup.age', plan(DUMP), [
      [BACKUPS, facts],
      [RELEASE_INSTALLED, installed],
    ]);
    expect(`${status}: ${message}`).toBe('skip: nothing is installed yet: nothing to back up');
  });

  test('that keeps sets for less than the retention fails', () => {
    const keep = { last: 3, daily: 7, weekly: 1, monthly: 0 };
    expect(judgedWith('recovery.backup.retention', {}, plan({ ...DUMP, backup: { ...BACKUP, keep } }))).toBe(
      'fail: recovery.backup.keep reaches 7d back; expected 14d, as recovery.postgres.retention says',
    );
  });

  test('that the file does not name is skipped once', () => {
    expect(resultOf('recovery.backup.age').message).toBe(
      'the file names no repository of backups (recovery.backup.repository)',
    );
    expect(resultOf('recovery.backup.sets').message).toBe('');
  });

  test('that cannot be read is one unknown', () => {
    expect(resultOf('recovery.backup.age', plan(DUMP), []).status).toBe('unknown');
    for (const name of ['sets', 'verified', 'retention', 'room']) {
      expect(resultOf(`recovery.backup.${name}`, plan(DUMP), []).message).toBe(
        'the repository could not be read: see recovery.backup.age',
      );
    }
  });

  test.each<[string, Patch, string]>([
    [
      'a folder',
      at('/mnt/backup'),
      'warn: /mnt/backup is a folder of this machine; expected a place that is not lost together with the data',
    ],
    [
      'the bucket of the files',
      at('s3:https://s3.example.internal/dify/backups'),
      "fail: s3:https://s3.example.internal/dify/backups is the bucket of Dify's files; expected a place that is not lost together with the data",
    ],
    [
      'a bucket of that name elsewhere',
      at('s3:https://backup.example.org/dify'),
      'pass: s3:https://backup.example.org/dify',
    ],
    [
      'a bucket of its own in the same region',
      at('s3:https://s3.example.internal/backup', {
        ...{ accessKey: { env: 'A' }, secretKey: { env: 'B' }, region: 'eu-central-1' },
      }),
      'pass: s3:https://s3.example.internal/backup is a bucket of its own, in the region of the data (eu-central-1): a lost region loses both',
    ],
    ['another kind of store', at('rest:https://backup.example.org/'), 'pass: rest:https://backup.example.org/'],
  ])('in %s: recovery.backup.place', (_, patch, expected) => {
    const { status, message } = resultOf('recovery.backup.place', patch, []);
    expect(`${status}: ${message}`).toBe(expected);
  });
});

describe('recovery.rpo with sets that were seen', () => {
  test('has the interval and the measured duration, and nothing that is only declared', () => {
    expect(judgedWith('recovery.rpo', {})).toBe(
      'pass: worst-case loss 2h (target 4h): the maximum of postgres 2h (the newest set is 2h old), objectStorage 0s (versioned) and vectorStore 0s (embedded again from PostgreSQL)',
    );
    expect(judgedWith('recovery.rpo', { newest: [setFactOf({ commonPoint: '2026-11-22T11:50:00.000Z' })] })).toBe(
      'pass: worst-case loss 1h 5m (target 4h): the maximum of postgres 1h 5m (dump every 1h, plus its duration (5m); the newest set is 10m old), objectStorage 0s (versioned) and vectorStore 0s (embedded again from PostgreSQL)',
    );
  });

  test('leaves a set older than the RPO to recovery.backup.age', () => {
    const old = { newest: [setFactOf({ commonPoint: '2026-11-22T04:00:00.000Z' })] };
    const aside = 'skip: the newest backup set is older than the RPO: see recovery.backup.age';
    expect(judgedWith('recovery.rpo', old)).toBe(aside);
    expect(judgedWith('recovery.rpo.corruption', old)).toBe(aside);
  });

  test('counts no set without a copy of the main database', () => {
    expect(judgedWith('recovery.rpo', { newest: [setFactOf({ copied: [] })] })).toMatch(
      /^warn: postgres: declared, not seen/,
    );
  });
});
