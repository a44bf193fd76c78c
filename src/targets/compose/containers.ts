import { at, labelsAt, textAt } from '../../base/json-path.ts';
import { jsonLines } from '../../exec/answer.ts';
import { PROJECT_LABEL, projectFilter } from '../../exec/docker.ts';
import type { Connection } from './connection.ts';

/** A container of the project, as the engine reports it, without its environment. */
export interface Container {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  /** Compose's own digest of the service that the container was created from. */
  readonly configHash: string;
  /** created, running, restarting, exited, dead, … */
  readonly state: string;
  /** healthy, unhealthy, starting; empty if there is no health check. */
  readonly health: string;
  /** Output of the last health check. */
  readonly healthOutput: string;
  readonly exitCode: number;
  /** Restarts by its restart policy since it was last started by a command. */
  readonly restarts: number;
  /** Time of its last start, to the second, ISO 8601. Empty if it was never started. */
  readonly startedAt: string;
  /** The directory from which Compose created it. */
  readonly home: string;
}

/** The environment of a container holds secrets, so only these fields are read. */
const FORMAT =
  '{"id":{{json .Id}},"name":{{json .Name}},"labels":{{json .Config.Labels}},"state":{{json .State}},"restarts":{{.RestartCount}}}';

/** Returns every container of the project except those of `docker compose run`. */
export async function readContainers(connection: Connection, signal: AbortSignal): Promise<readonly Container[]> {
  const { docker, project } = connection;
  const filter = projectFilter(project.name);
  const ids = lines(await docker.run(['ps', '-a', '--no-trunc', ...filter, '--format', '{{.ID}}'], { signal }));
  if (ids.length === 0) return [];
  // docker does not report a container that was deleted meanwhile, and exits with 1.
  const told = await docker.run(['inspect', '--format', FORMAT, ...ids], { signal, okCodes: [0, 1] });
  return jsonLines(told, 'docker inspect')
    .filter((item) => labelsAt(item, 'labels')['com.docker.compose.oneoff'] !== 'True')
    .map(containerOf)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function containerOf(item: unknown): Container {
  const labels = labelsAt(item, 'labels');
  const log = at(item, 'state', 'Health', 'Log');
  return {
    id: textAt(item, 'id'),
    name: textAt(item, 'name').replace(/^\//, ''),
    service: labels['com.docker.compose.service'] ?? '',
    configHash: labels['com.docker.compose.config-hash'] ?? '',
    state: textAt(item, 'state', 'Status'),
    health: textAt(item, 'state', 'Health', 'Status'),
    healthOutput: Array.isArray(log) ? textAt(log.at(-1), 'Output').trim() : '',
    exitCode: Number(at(item, 'state', 'ExitCode') ?? 0),
    restarts: Number(at(item, 'restarts') ?? 0),
    startedAt: startOf(textAt(item, 'state', 'StartedAt')),
    home: labels[`${PROJECT_LABEL}.working_dir`] ?? '',
  };
}

/** Removes the nanoseconds. The engine reports the year 1 for a container that was never started. */
function startOf(text: string): string {
  return text.startsWith('0001') ? '' : text.replace(/\.\d+Z$/, 'Z');
}

/** Returns the lines that are not blank. */
export function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
