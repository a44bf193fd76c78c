import { isAbsolute, resolve } from 'node:path';
import type { TemplateValues } from '../render/template.ts';
import type { RunbookInput } from './input.ts';
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
  };
}

function located(repository: string, baseDirectory: string): string {
  const isFolder = isAbsolute(repository) || repository.startsWith('.');
  return isFolder ? resolve(baseDirectory, repository) : repository;
}
