import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { projectNames } from '../../exec/compose-project.ts';
import type { PlannedChange, WorkOptions } from '../target.ts';
import type { Connection } from './connection.ts';
import { readContainers } from './containers.ts';
import { down } from './up.ts';

/** Returns the containers and networks that `removeCompose` deletes. Only reads. */
export async function removalCompose(connection: Connection, signal: AbortSignal): Promise<readonly PlannedChange[]> {
  const { docker, project } = connection;
  const [containers, networks] = await Promise.all([
    readContainers(connection, signal),
    projectNames(docker, 'network', project.name, signal),
  ]);
  return [
    ...containers.map(({ name }): PlannedChange => ({ action: 'delete', kind: 'Container', name })),
    ...networks.map((name): PlannedChange => ({ action: 'delete', kind: 'Network', name })),
  ];
}

/**
 * Removes the project's containers and networks. Volumes, the data under `./volumes` and `.env` are kept. Returns what
 * is kept.
 */
export async function removeCompose(
  connection: Connection,
  options: WorkOptions,
): Promise<{ readonly kept: readonly string[] }> {
  const { docker, project } = connection;
  options.onProgress({ type: 'step-progress', step: 'uninstall', detail: `docker compose down ${project.name}` });
  await down(connection, options);
  const volumes = await projectNames(docker, 'volume', project.name, options.signal);
  const folders = await readdir(join(project.directory, 'volumes')).catch(() => []);
  return {
    kept: [
      ...volumes.map((name) => `volume ${name}`),
      ...folders.map((name) => join(project.directory, 'volumes', name)),
      `${join(project.directory, '.env')} with its secrets`,
    ],
  };
}
