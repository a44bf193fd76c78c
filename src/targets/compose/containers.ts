import { at, textAt } from '../../base/json-path.ts';
import { type ProjectContainer, projectContainers } from '../../exec/compose-project.ts';
import type { Connection } from './connection.ts';

/** A container of the project, as the engine reports it, without its environment. */
export interface Container extends Pick<ProjectContainer, 'service' | 'configHash' | 'home'> {
  readonly id: string;
  readonly name: string;
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
}

const FIELDS = '{"id":{{json .Id}},"name":{{json .Name}},"state":{{json .State}},"restarts":{{.RestartCount}}}';

/** Returns every container of the project except those of `docker compose run`, by name. */
export async function readContainers(connection: Connection, signal: AbortSignal): Promise<readonly Container[]> {
  const { docker, project } = connection;
  const containers = await projectContainers(docker, project.name, FIELDS, signal);
  return containers.map(containerOf).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function containerOf({ service, configHash, home, fields }: ProjectContainer): Container {
  const log = at(fields, 'state', 'Health', 'Log');
  return {
    id: textAt(fields, 'id'),
    name: textAt(fields, 'name').replace(/^\//, ''),
    service,
    configHash,
    state: textAt(fields, 'state', 'Status'),
    health: textAt(fields, 'state', 'Health', 'Status'),
    healthOutput: Array.isArray(log) ? textAt(log.at(-1), 'Output').trim() : '',
    exitCode: Number(at(fields, 'state', 'ExitCode') ?? 0),
    restarts: Number(at(fields, 'restarts') ?? 0),
    startedAt: startOf(textAt(fields, 'state', 'StartedAt')),
    home,
  };
}

/** Removes the nanoseconds. The engine reports the year 1 for a container that was never started. */
function startOf(text: string): string {
  return text.startsWith('0001') ? '' : text.replace(/\.\d+Z$/, 'Z');
}
