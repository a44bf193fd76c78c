import { type RepositorySets, readSets } from '../../backup/repository.ts';
import { onRepository, type RepositoryOptions } from './repository.ts';

/** Reads every set of the deployment. Throws the errors of the repository. */
export function listBackups(options: RepositoryOptions): Promise<RepositorySets> {
  const { opened, signal } = options;
  return onRepository(options, (restic) => readSets(restic, opened.deployment.name, { signal }));
}
