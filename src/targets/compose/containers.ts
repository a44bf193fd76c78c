import { at, labelsAt, textAt } from '../../evidence/read.ts';
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
  readonly restarts: number;
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
  const told = await docker.run(['inspect', '--format', FORMAT, ...ids], { signal });
  return lines(told)
    .map((line): unknown => JSON.parse(line))
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
  };
}

/** Lines that hold something. */
export function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
