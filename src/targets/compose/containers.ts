import { at, labelsAt, textAt } from '../../base/json-path.ts';
import { jsonLines } from '../../exec/answer.ts';
import { type Connection, PROJECT_LABEL } from './connection.ts';

/** A container of the project, as the engine knows it; nothing of its environment. */
export interface Container {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  /** Compose's own digest of the service it was made from. */
  readonly configHash: string;
  /** created, running, restarting, exited, dead, … */
  readonly state: string;
  /** healthy, unhealthy, starting; empty where there is no check. */
  readonly health: string;
  /** What the last health check printed. */
  readonly healthOutput: string;
  readonly exitCode: number;
  /** By its restart policy, since somebody started it. */
  readonly restarts: number;
  /** When it was started last, to the second, ISO 8601; empty where it never was. */
  readonly startedAt: string;
  /** From which directory Compose made it. */
  readonly home: string;
}

/** The environment of a container holds secrets: only these fields are asked for. */
const FORMAT =
  '{"id":{{json .Id}},"name":{{json .Name}},"labels":{{json .Config.Labels}},"state":{{json .State}},"restarts":{{.RestartCount}}}';

/** Every container of the project, `docker compose run`'s left out. */
export async function readContainers(connection: Connection, signal: AbortSignal): Promise<readonly Container[]> {
  const { docker, project } = connection;
  const filter = ['--filter', `label=${PROJECT_LABEL}=${project.name}`];
  const ids = lines(await docker.run(['ps', '-a', '--no-trunc', ...filter, '--format', '{{.ID}}'], { signal }));
  if (ids.length === 0) return [];
  // One that went meanwhile is not told, and docker ends with 1.
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
    home: labels['com.docker.compose.project.working_dir'] ?? '',
  };
}

/** The engine gives nanoseconds, and the year 1 for never. */
function startOf(text: string): string {
  return text.startsWith('0001') ? '' : text.replace(/\.\d+Z$/, 'Z');
}

/** Lines that hold something. */
export function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
