import { keptDays } from '../../../deployment/kept-days.ts';
import { repositoryBucket } from '../../../deployment/repository-bucket.ts';
import { REPOSITORY_BUCKET, type RepositoryBucketFacts } from '../../../evidence/recovery/repository-bucket.ts';
import { isAmazon } from '../../../providers/object-storage/bucket-commands.ts';
import { lockCommands } from '../../../providers/object-storage/lock-commands.ts';
import { type DefaultRetention, type LockSettings, rulesFor, versionDays } from '../../../storage/facts.ts';
import type { Check, Judgement } from '../../check.ts';
import { deploymentOf, finding, pass } from '../../judgement.ts';
import { infoInTest } from '../../when.ts';

const EXPECTED = 'files of backups that no one can delete before their time';
/** Days of a lock in a command: an intruder is found within them, and prune is not held up for long. */
const USUAL_DAYS = 30;

export const recoveryBackupLock: Check = {
  id: 'recovery.backup.lock',
  title: 'the bucket of the repository locks the files of backups',
  phases: ['preflight'],
  severity: infoInTest,
  when: (deployment) => {
    const { backup } = deployment?.recovery ?? {};
    if (backup === undefined) return false;
    return repositoryBucket(backup.repository) !== undefined || { skip: 'the repository is not in a bucket of S3' };
  },
  requires: [REPOSITORY_BUCKET],
  remedy: 'lock the files of backups: docs/backup.md, A bucket with object lock',
  judge: (context) => {
    const keep = deploymentOf(context).recovery?.backup?.keep;
    return judgeBucket(context.evidence(REPOSITORY_BUCKET), keep === undefined ? 0 : keptDays(keep));
  },
};

function judgeBucket(facts: RepositoryBucketFacts, keep: number): Judgement {
  const { bucket, settings, endpoint, prefix } = facts;
  const commands = lockCommands(endpoint, bucket, prefix);
  const warn = (observed: string, remedy: string): Judgement =>
    finding('warn', { observed, expected: EXPECTED, remedy });
  if (settings === undefined) return warn(`bucket ${bucket} does not exist yet`, commands.create);
  const { lock, versioning } = settings;
  if ('hidden' in lock) {
    const observed = `the key may not read the object lock of bucket ${bucket} (${lock.hidden})`;
    const remedy = `grant s3:GetBucketObjectLockConfiguration on ${bucket} to the key of recovery.backup.s3`;
    return { status: 'unknown', observed, expected: EXPECTED, message: observed, remedy };
  }
  if (typeof lock.seen === 'object') return judgeLocked(facts, settings, lock.seen, keep);
  const days = Math.min(USUAL_DAYS, Math.max(1, keep));
  if (lock.seen === 'no-default')
    return warn(
      `bucket ${bucket} has object lock and no default retention: restic asks for no lock`,
      commands.lock(days),
    );
  const isVersioned = 'seen' in versioning && versioning.seen === 'enabled';
  const who = 'anyone who has its keys can delete every set, such as ransomware';
  const until = isVersioned ? '; deleted files come back from old versions until these are deleted too' : '';
  const observed = `bucket ${bucket} has no object lock: ${who}${until}`;
  if (lock.seen === 'unsupported')
    return warn(observed, 'make a second copy of the repository where these keys cannot delete: restic copy');
  // Amazon enables object lock on buckets with versions. MinIO and others do so only when they create a bucket.
  const isLater = isVersioned && isAmazon(new URL(endpoint));
  return warn(
    observed,
    isLater ? commands.lock(days) : `create another bucket, and begin a repository there: ${commands.create}`,
  );
}

function judgeLocked(
  { bucket, endpoint, prefix }: RepositoryBucketFacts,
  { lifecycle }: LockSettings,
  { mode, days }: DefaultRetention,
  keep: number,
): Judgement {
  const locked = `bucket ${bucket} locks each file for ${days} days after it is written (${mode})`;
  const later =
    days > keep
      ? `sets are kept for ${keep} days, so a prune frees what it removes up to ${days - keep} days later`
      : 'an older file is not locked, also if a newer set uses it';
  if ('hidden' in lifecycle)
    return pass(
      `${locked}; ${later}; the key may not read when old versions are deleted (${lifecycle.hidden})`,
      EXPECTED,
    );
  const forgotten = versionDays(rulesFor(lifecycle.seen, prefix));
  if (forgotten !== undefined)
    return pass(`${locked}; ${later}; old versions are deleted after ${forgotten} days`, EXPECTED);
  const { forget, showLifecycle } = lockCommands(endpoint, bucket, prefix);
  return finding('warn', {
    observed: `${locked}, and no rule deletes old versions: what a prune removes stays forever`,
    expected: 'a rule that deletes old versions',
    remedy:
      lifecycle.seen.length === 0
        ? forget(days)
        : `add NoncurrentVersionExpiration with ${days} days to the life cycle: ${showLifecycle}`,
  });
}
