import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkOptions } from '../target.ts';
import { type Connection, PROJECT_LABEL } from './connection.ts';
import { lines } from './containers.ts';
import { down } from './up.ts';

/** Takes the project down. Volumes, the data under `./volumes` and `.env` stay; says which. */
export async function removeCompose(
  connection: Connection,
  options: WorkOptions,
): Promise<{ readonly kept: readonly string[] }> {
  const { docker, project } = connection;
  options.onProgress({ type: 'step-progress', step: 'uninstall', detail: `docker compose down ${project.name}` });
  await down(connection, options);
  const filter = ['--filter', `label=${PROJECT_LABEL}=${project.name}`];
  const volumes = lines(
    await docker.run(['volume', 'ls', ...filter, '--format', '{{.Name}}'], { signal: options.signal }),
  );
  const folders = await readdir(join(project.directory, 'volumes')).catch(() => []);
  return {
    kept: [
      ...volumes.map((name) => `volume ${name}`),
      ...folders.map((name) => join(project.directory, 'volumes', name)),
      `${join(project.directory, '.env')} with its secrets`,
    ],
  };
}
