import { mkdir, rm, writeFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import { EXIT } from '../base/exit-codes.ts';
import type { Redact } from '../base/redact.ts';
import type { SecretPath } from '../base/secret-ref.ts';
import { makeTemporaryFolder } from '../base/temporary-folder.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { BackupSettings } from '../deployment/schema/recovery.ts';
import type { SecretValues } from '../deployment/secrets.ts';
import { type Restic, restic } from '../exec/restic.ts';
import type { Runner } from '../exec/runner.ts';

export interface RepositoryInput {
  readonly deployment: Deployment;
  /** Folder of difyctl.yaml: a repository that is a folder is relative to it. */
  readonly baseDirectory: string;
  readonly secrets: SecretValues;
  readonly runner: Runner;
  readonly redact: Redact;
}

/**
 * Calls `use` with restic on the repository of the deployment. Password, login and restic's own temporary files are in a
 * temporary folder of this user alone, which is removed afterwards, also if `use` fails. Throws UserError if the file names no
 * repository or no password, or if one of its secrets was not found.
 */
export async function withRepository<T>(input: RepositoryInput, use: (repository: Restic) => Promise<T>): Promise<T> {
  const settings = backupSettings(input.deployment);
  requireSecrets(input.secrets);
  const folder = await makeTemporaryFolder();
  try {
    const env = await writeLogin(folder, settings, input);
    const { runner, redact, deployment } = input;
    return await use(restic({ runner, redact, env, name: settings.repository, host: `difyctl-${deployment.name}` }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Returns the settings of backups. Throws UserError if the file has no repository or no password for it. */
export function backupSettings({ recovery }: Deployment): BackupSettings & Required<Pick<BackupSettings, 'password'>> {
  const { backup } = recovery ?? {};
  if (backup === undefined) {
    throw new UserError('the file names no repository for backups', {
      next: ['set recovery.backup.repository, such as s3:https://s3.example.com/dify-backup or /mnt/backup'],
    });
  }
  const { password } = backup;
  if (password !== undefined) return { ...backup, password };
  throw new UserError('the file names no password for the repository of backups', {
    next: ['set recovery.backup.password to a reference such as { env: DIFY_BACKUP_PASSWORD }'],
  });
}

const OWN: SecretPath = 'recovery.backup.';

function requireSecrets({ unresolved }: SecretValues): void {
  const missing = unresolved.filter(({ path }) => path.startsWith(OWN));
  if (missing.length === 0) return;
  throw new UserError('the repository of backups cannot be opened: a secret for it was not found', {
    exitCode: EXIT.preflight,
    problems: missing.map(({ path, reason }) => ({ path, message: reason })),
    next: ['set the variable, or create the file or Secret that the reference names'],
  });
}

/**
 * Writes the password and the login to files, and returns the variables that name them. An empty variable hides one of
 * the shell: a repository or a password of another program must not be used. Azure's key has no file in restic, so it
 * is a variable of that one process.
 */
async function writeLogin(
  folder: string,
  { repository, caFile, s3, azureBlob, gcs, rest }: BackupSettings,
  { baseDirectory, secrets }: RepositoryInput,
): Promise<Readonly<Record<string, string>>> {
  await mkdir(join(folder, 'login'), { mode: 0o700 });
  const put = async (name: string, text: string): Promise<string> => {
    const path = join(folder, 'login', name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  const secret = (name: string) => secrets.get(`${OWN}${name}`);
  const address =
    rest === undefined
      ? located(repository, baseDirectory)
      : withUser(repository, rest.username, secret('rest.password'));
  return {
    RESTIC_REPOSITORY: '',
    RESTIC_PASSWORD: '',
    RESTIC_PASSWORD_COMMAND: '',
    RESTIC_PROGRESS_FPS: '1',
    // A restic that is killed leaves its temporary files here, and the next run of difyctl removes the folder.
    TMPDIR: folder,
    RESTIC_REPOSITORY_FILE: await put('repository', address),
    RESTIC_PASSWORD_FILE: await put('password', secret('password')),
    ...(caFile === undefined ? {} : { RESTIC_CACERT: resolve(baseDirectory, caFile) }),
    ...(s3 === undefined
      ? {}
      : {
          ...NO_AWS_LOGIN,
          AWS_SHARED_CREDENTIALS_FILE: await put('s3', s3Profile(secret('s3.accessKey'), secret('s3.secretKey'))),
          ...(s3.region === undefined ? {} : { AWS_DEFAULT_REGION: s3.region }),
        }),
    ...(azureBlob === undefined
      ? {}
      : { AZURE_ACCOUNT_NAME: azureBlob.accountName, AZURE_ACCOUNT_KEY: secret('azureBlob.accountKey') }),
    ...(gcs === undefined
      ? {}
      : { GOOGLE_APPLICATION_CREDENTIALS: await put('gcs', secret('gcs.serviceAccountJson')) }),
  };
}

/** restic prefers these variables to the file. */
const NO_AWS_LOGIN = {
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
  AWS_SESSION_TOKEN: '',
  AWS_PROFILE: 'default',
};

function s3Profile(accessKey: string, secretKey: string): string {
  return `[default]\naws_access_key_id = ${accessKey}\naws_secret_access_key = ${secretKey}\n`;
}

/** Returns the repository with an absolute path if it is a folder. */
function located(repository: string, baseDirectory: string): string {
  const isFolder = isAbsolute(repository) || repository.startsWith('.');
  return isFolder ? resolve(baseDirectory, repository) : repository;
}

/** `rest:https://host/path` with the login in the address. restic reads it from a file, never from an argument. */
function withUser(repository: string, username: string, password: string): string {
  const login = `${encodeURIComponent(username)}:${encodeURIComponent(password)}@`;
  return repository.replace(/^(rest:https?:\/\/)/, `$1${login}`);
}
