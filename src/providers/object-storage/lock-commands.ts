import { shellWord } from '../../base/shell-word.ts';
import { awsCommand, isAmazon } from './bucket-commands.ts';

/** What the operator of the bucket of a repository of backups runs. Each is a command to paste. */
interface LockCommands {
  /** Creates the bucket with object lock, which enables versioning too. */
  readonly create: string;
  /** Locks each new version of an object. */
  lock(days: number): string;
  /** Deletes old versions. It replaces the life cycle of the bucket. */
  forget(days: number): string;
  readonly showLifecycle: string;
}

/** Returns the commands of the AWS command line for a bucket of an S3. `prefix`: of the objects of the repository. */
export function lockCommands(endpoint: string, bucket: string, prefix: string): LockCommands {
  const of = awsCommand(isAmazon(new URL(endpoint)) ? undefined : endpoint);
  const json = (option: string, value: object): string => `${option} ${shellWord(JSON.stringify(value))}`;
  return {
    create: `${of('create-bucket', bucket)} --object-lock-enabled-for-bucket`,
    lock: (days) =>
      `${of('put-object-lock-configuration', bucket)} ${json('--object-lock-configuration', {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: days } },
      })}`,
    forget: (days) =>
      `${of('put-bucket-lifecycle-configuration', bucket)} ${json('--lifecycle-configuration', {
        Rules: [
          {
            ...{ ID: 'old-versions', Status: 'Enabled', Filter: { Prefix: prefix === '' ? '' : `${prefix}/` } },
            NoncurrentVersionExpiration: { NoncurrentDays: days },
            Expiration: { ExpiredObjectDeleteMarker: true },
          },
        ],
      })}`,
    showLifecycle: of('get-bucket-lifecycle-configuration', bucket),
  };
}
