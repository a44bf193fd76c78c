import { POSTGRES } from '../../render/compose/names.ts';
import type { RenderedCompose } from '../../render/rendered.ts';
import type { WorkOptions } from '../target.ts';
import type { Connection } from './connection.ts';
import type { Paths } from './directory.ts';
import { writeFiles } from './directory.ts';

/**
 * Writes the directory, starts the bundled database alone, and waits until it is healthy. `earlier` are the files of the
 * newest revision. Throws UserError if the directory cannot be written, ExternalError if the service does not start.
 */
export async function startDatabaseCompose(
  { docker, project }: Connection,
  rendered: RenderedCompose,
  earlier: Paths | undefined,
  { signal, timeoutMs, onChild }: WorkOptions,
): Promise<void> {
  await writeFiles(project.directory, rendered.files, earlier);
  const seconds = String(Math.ceil(timeoutMs / 1_000));
  await docker.compose(project, ['up', '--detach', '--no-build', '--wait', '--wait-timeout', seconds, POSTGRES], {
    ...{ signal, timeoutMs: timeoutMs + 5_000 },
    onStart: (pid) => onChild('docker', pid),
  });
}
