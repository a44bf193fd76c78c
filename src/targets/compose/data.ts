import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ExternalError, UserError } from '../../base/errors.ts';
import { projectNames } from '../../exec/compose-project.ts';
import type { PlannedChange } from '../target.ts';
import type { Connection } from './connection.ts';

const FOLDER = 'volumes';

/** Returns the volumes of the project and the folders below `./volumes`: everything that `deleteDataCompose` deletes. */
export async function dataCompose(connection: Connection, signal: AbortSignal): Promise<readonly PlannedChange[]> {
  const { docker, project } = connection;
  const volumes = await projectNames(docker, 'volume', project.name, signal);
  const folders = await readdir(join(project.directory, FOLDER)).catch(() => []);
  return [
    ...volumes.map((name): PlannedChange => ({ action: 'delete', kind: 'Volume', name })),
    ...folders.toSorted().map(
      (name): PlannedChange => ({
        action: 'delete',
        kind: 'Folder',
        name: join(project.directory, FOLDER, name),
      }),
    ),
  ];
}

/**
 * Deletes the data of a project without containers. `.env` with its secrets is kept. Throws UserError if `./volumes` is
 * a symbolic link, ExternalError if a file cannot be deleted.
 */
export async function deleteDataCompose({ docker, project }: Connection, signal: AbortSignal): Promise<void> {
  const folder = join(project.directory, FOLDER);
  const kind = await lstat(folder).catch(() => undefined);
  if (kind?.isSymbolicLink() === true)
    throw new UserError(`${folder} is a symbolic link; expected a folder`, { next: ['delete the data by hand'] });
  const volumes = await projectNames(docker, 'volume', project.name, signal);
  if (volumes.length > 0) await docker.run(['volume', 'rm', '--force', ...volumes], { signal });
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    const { code = String(error), path = folder } = error as NodeJS.ErrnoException;
    throw new ExternalError(`${path} cannot be deleted: ${code}`, {
      next: [`containers wrote it as another user: sudo rm -r ${folder}, then run the same command again`],
      cause: error,
    });
  }
}
