import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../../base/errors.ts';

/**
 * Refuses a project of this name that runs from another directory: it is foreign. `homes` are the directories in the
 * labels of its containers. A link to a directory counts as that directory. Throws UserError.
 */
export async function refuseForeignProject(name: string, directory: string, homes: readonly string[]): Promise<void> {
  const own = await real(directory);
  for (const home of new Set(homes)) {
    if ((await real(home)) === own) continue;
    throw new UserError(`project ${name} already runs from ${home}, not from ${directory}`, {
      next: [`set target.directory to ${home} to use this project`, 'or give this deployment another name'],
    });
  }
}

/** Returns the real path. A directory that does not exist keeps its own path. */
async function real(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}
