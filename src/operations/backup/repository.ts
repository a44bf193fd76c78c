import { type RepositoryInput, withRepository } from '../../backup/open-repository.ts';
import { UserError } from '../../base/errors.ts';
import type { Restic } from '../../exec/restic.ts';
import type { DeploymentContext } from '../open-deployment.ts';
import { installedSecrets, resolveDeploymentSecrets } from '../resolve-secrets.ts';

export interface RepositoryOptions {
  readonly opened: DeploymentContext;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Resolves the secrets of the deployment, as the input of the functions that open its repository. */
export async function repositoryInput(
  { opened, env, signal }: RepositoryOptions,
  unreadable: 'stop' | 'warn',
): Promise<RepositoryInput> {
  const secrets = await resolveDeploymentSecrets(opened, installedSecrets(opened, undefined), {
    env,
    unreadable,
    signal,
  });
  const { deployment, baseDirectory, runner, redact } = opened;
  return { deployment, baseDirectory, secrets, runner, redact };
}

/** Calls `use` with the existing repository. Throws UserError if it does not exist. */
export async function onRepository<T>(
  options: RepositoryOptions,
  use: (restic: Restic, input: RepositoryInput) => Promise<T>,
): Promise<T> {
  const { signal } = options;
  const input = await repositoryInput(options, 'warn');
  return withRepository(input, async (restic) => {
    await restic.version({ signal });
    if (!(await restic.exists({ signal }))) {
      throw new UserError('the repository of backups does not exist', {
        next: ['difyctl backup creates it at the first run', 'check recovery.backup.repository'],
      });
    }
    return use(restic, input);
  });
}
