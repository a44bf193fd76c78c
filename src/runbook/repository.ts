import { isAbsolute, resolve } from 'node:path';
import { repositoryBucket } from '../deployment/repository-bucket.ts';
import type { BackupSettings } from '../deployment/schema/recovery.ts';
import type { TemplateValues } from '../render/template.ts';
import { s3PlaceAt } from '../storage/s3/places.ts';
import type { RunbookInput } from './input.ts';
import { type Remote, remoteExports, s3Settings } from './rclone.ts';
import { secretExports } from './secrets.ts';

/** Values about the repository of backups, and the variables with which restic opens it. */
export function repositoryValues({ deployment, baseDirectory }: RunbookInput) {
  const { backup } = deployment.recovery ?? {};
  const { s3, azureBlob, gcs, rest, caFile } = backup ?? {};
  const settings = {
    ...(caFile === undefined ? {} : { RESTIC_CACERT: resolve(baseDirectory, caFile) }),
    ...(s3?.region === undefined ? {} : { AWS_DEFAULT_REGION: s3.region }),
    ...(azureBlob === undefined ? {} : { AZURE_ACCOUNT_NAME: azureBlob.accountName }),
    ...(rest === undefined ? {} : { RESTIC_REST_USERNAME: rest.username }),
  };
  const secrets = secretExports(
    {
      RESTIC_PASSWORD: backup?.password,
      ...{ AWS_ACCESS_KEY_ID: s3?.accessKey, AWS_SECRET_ACCESS_KEY: s3?.secretKey },
      ...{ AZURE_ACCOUNT_KEY: azureBlob?.accountKey, RESTIC_REST_PASSWORD: rest?.password },
      GCS_JSON: gcs?.serviceAccountJson,
    },
    baseDirectory,
  );
  return {
    repository: located(backup?.repository ?? '', baseDirectory),
    backupFromEnv: secrets.fromEnv,
    backupFromFile: secrets.fromFile,
    backupFromSecret: secrets.fromSecret,
    backupSettings: Object.entries(settings).map(([variable, value]): TemplateValues => ({ variable, value })),
    hasGcsLogin: gcs !== undefined,
    ...bucketValues(backup, baseDirectory),
  };
}

/** The remote `backups` of rclone as variables, and the bucket of the repository. Without keys, both are empty. */
function bucketValues(backup: BackupSettings | undefined, baseDirectory: string) {
  const at = repositoryBucket(backup?.repository ?? '');
  const { s3, caFile } = backup ?? {};
  const place = at === undefined || s3 === undefined ? undefined : s3PlaceAt(at.endpoint, s3.region);
  const remote: Remote =
    at === undefined || place === undefined
      ? { settings: {}, secrets: {} }
      : {
          settings: s3Settings(at.endpoint, place.region, place.style(at.bucket) === 'path'),
          secrets: { ACCESS_KEY_ID: s3?.accessKey, SECRET_ACCESS_KEY: s3?.secretKey },
        };
  const { settings, fromEnv, fromFile, fromSecret } = remoteExports('BACKUPS', remote, caFile, baseDirectory);
  return {
    hasRepositoryBucket: place !== undefined,
    repositoryPath: at === undefined ? '' : [at.bucket, at.prefix].filter((one) => one !== '').join('/'),
    backupsSettings: settings,
    backupsFromEnv: fromEnv,
    backupsFromFile: fromFile,
    backupsFromSecret: fromSecret,
  };
}

function located(repository: string, baseDirectory: string): string {
  const isFolder = isAbsolute(repository) || repository.startsWith('.');
  return isFolder ? resolve(baseDirectory, repository) : repository;
}
