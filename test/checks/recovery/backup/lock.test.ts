import { describe, expect, test } from 'vitest';
import { REPOSITORY_BUCKET, type RepositoryBucketFacts } from '../../../../src/evidence/recovery/repository-bucket.ts';
import type { LockSettings } from '../../../../src/storage/facts.ts';
import { plan, resultOf } from '../scene.ts';

const LOGIN = { accessKey: { env: 'A' }, secretKey: { env: 'B' } };
const backupAt = (repository: string, keep = {}) =>
  plan({ backup: { repository, password: { env: 'BACKUP' }, s3: LOGIN, keep } });
const BUCKET = 's3:https://backup.example.org/dify-backup';
const AT = { endpoint: 'https://backup.example.org', bucket: 'dify-backup', prefix: '' };

const forget = (days: number) => ({ id: 'old', prefix: '', action: 'forget', days, when: `${days} days` }) as const;
const LOCKED: LockSettings = {
  lock: { seen: { mode: 'GOVERNANCE', days: 30 } },
  versioning: { seen: 'enabled' },
  lifecycle: { seen: [forget(30)] },
};

function judged(
  settings: Partial<LockSettings> | undefined,
  keep = {},
): { readonly said: string; readonly next: string } {
  const facts: RepositoryBucketFacts = {
    ...AT,
    ...(settings === undefined ? {} : { settings: { ...LOCKED, ...settings } }),
  };
  const result = resultOf('recovery.backup.lock', backupAt(BUCKET, keep), [[REPOSITORY_BUCKET, facts]]);
  return { said: `${result.status}: ${result.message}`, next: result.remedy ?? '' };
}

const EXPECTED = 'expected files of backups that no one can delete before their time';
const AWS = 'aws s3api --endpoint-url https://backup.example.org';
const ELSEWHERE = `create another bucket, and begin a repository there: ${AWS} create-bucket --bucket dify-backup --object-lock-enabled-for-bucket`;
const LOCK = `${AWS} put-object-lock-configuration --bucket dify-backup --object-lock-configuration '{"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Mode":"GOVERNANCE","Days":30}}}'`;

describe('the bucket of a repository', () => {
  test.each<[string, Partial<LockSettings>, object, string]>([
    [
      'that is locked for less than sets are kept',
      {},
      {},
      'pass: bucket dify-backup locks each file for 30 days after it is written (GOVERNANCE); an older file is not locked, also if a newer set uses it; old versions are deleted after 30 days',
    ],
    [
      'that is locked for longer than sets are kept',
      { lock: { seen: { mode: 'COMPLIANCE', days: 365 } } },
      { weekly: 0, monthly: 0 },
      'pass: bucket dify-backup locks each file for 365 days after it is written (COMPLIANCE); sets are kept for 7 days, so a prune frees what it removes up to 358 days later; old versions are deleted after 30 days',
    ],
    [
      'that hides its life cycle',
      { lifecycle: { hidden: 'AccessDenied' } },
      {},
      'pass: bucket dify-backup locks each file for 30 days after it is written (GOVERNANCE); an older file is not locked, also if a newer set uses it; the key may not read when old versions are deleted (AccessDenied)',
    ],
  ])('%s', (_, settings, keep, said) => {
    expect(judged(settings, keep).said).toBe(said);
  });

  test.each<[string, Partial<LockSettings> | undefined, string, string]>([
    [
      'that does not exist',
      undefined,
      `warn: bucket dify-backup does not exist yet; ${EXPECTED}`,
      `${AWS} create-bucket --bucket dify-backup --object-lock-enabled-for-bucket`,
    ],
    [
      'that hides its lock',
      { lock: { hidden: 'AccessDenied' } },
      'unknown: the key may not read the object lock of bucket dify-backup (AccessDenied)',
      'grant s3:GetBucketObjectLockConfiguration on dify-backup to the key of recovery.backup.s3',
    ],
    [
      'without a default retention',
      { lock: { seen: 'no-default' } },
      `warn: bucket dify-backup has object lock and no default retention: restic asks for no lock; ${EXPECTED}`,
      LOCK,
    ],
    [
      'with versions and no lock',
      { lock: { seen: 'off' } },
      `warn: bucket dify-backup has no object lock: anyone who has its keys can delete every set, such as ransomware; deleted files come back from old versions until these are deleted too; ${EXPECTED}`,
      ELSEWHERE,
    ],
    [
      'without versions',
      { lock: { seen: 'off' }, versioning: { seen: 'off' } },
      `warn: bucket dify-backup has no object lock: anyone who has its keys can delete every set, such as ransomware; ${EXPECTED}`,
      ELSEWHERE,
    ],
    [
      'of a storage without locks',
      { lock: { seen: 'unsupported' }, versioning: { seen: 'off' } },
      `warn: bucket dify-backup has no object lock: anyone who has its keys can delete every set, such as ransomware; ${EXPECTED}`,
      'make a second copy of the repository where these keys cannot delete: restic copy',
    ],
    [
      'that keeps old versions forever',
      { lifecycle: { seen: [] } },
      'warn: bucket dify-backup locks each file for 30 days after it is written (GOVERNANCE), and no rule deletes old versions: what a prune removes stays forever; expected a rule that deletes old versions',
      `${AWS} put-bucket-lifecycle-configuration --bucket dify-backup --lifecycle-configuration '{"Rules":[{"ID":"old-versions","Status":"Enabled","Filter":{"Prefix":""},"NoncurrentVersionExpiration":{"NoncurrentDays":30},"Expiration":{"ExpiredObjectDeleteMarker":true}}]}'`,
    ],
    [
      'with rules for other folders',
      { lifecycle: { seen: [{ ...forget(1), prefix: 'other/' }] } },
      'warn: bucket dify-backup locks each file for 30 days after it is written (GOVERNANCE), and no rule deletes old versions: what a prune removes stays forever; expected a rule that deletes old versions',
      `add NoncurrentVersionExpiration with 30 days to the life cycle: ${AWS} get-bucket-lifecycle-configuration --bucket dify-backup`,
    ],
  ])('%s', (_, settings, said, next) => {
    expect(judged(settings)).toEqual({ said, next });
  });
});

test('Amazon locks a bucket that exists and has versions', () => {
  const at = { endpoint: 'https://s3.eu-west-1.amazonaws.com', bucket: 'dify-backup', prefix: 'dify' };
  const facts: RepositoryBucketFacts = { ...at, settings: { ...LOCKED, lock: { seen: 'off' } } };
  const seen = [[REPOSITORY_BUCKET, facts]] as const;
  expect(resultOf('recovery.backup.lock', backupAt(`s3:${at.endpoint}/dify-backup/dify`), [...seen]).remedy).toBe(
    LOCK.replace(' --endpoint-url https://backup.example.org', ''),
  );
});

test('a repository that is not in a bucket of S3 is skipped', () => {
  const { status, message } = resultOf('recovery.backup.lock', backupAt('rest:https://backup.example.org/'), []);
  expect(`${status}: ${message}`).toBe('skip: the repository is not in a bucket of S3');
});

test('a file without a repository has no result', () => {
  expect(resultOf('recovery.backup.lock').message).toBe('');
});
