import { at, labelsAt, listAt, textAt } from '../../../base/json-path.ts';
import { jsonLines } from '../../../exec/answer.ts';
import { type Docker, projectFilter } from '../../../exec/docker.ts';

/** A container of the project with its configuration. Its environment may hold secrets: it is only compared. */
export interface LiveContainer {
  readonly service: string;
  readonly state: string;
  readonly image: string;
  /** Id of its image. */
  readonly imageId: string;
  /** Compose's digest of the service when it created the container, and the version of that Compose. */
  readonly configHash: string;
  readonly compose: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly networks: readonly string[];
  /** Bytes; 0 for no limit. */
  readonly memory: number;
  readonly cpuShares: number;
  readonly restart: string;
}

const FORMAT =
  '{"labels":{{json .Config.Labels}},"state":{{json .State.Status}},"image":{{json .Config.Image}},"imageId":{{json .Image}},"env":{{json .Config.Env}},' +
  '"command":{{json .Config.Cmd}},"host":{{json .HostConfig}},"networks":{{json .NetworkSettings.Networks}}}';

/** All containers of the project, without those of `docker compose run`. */
export async function liveContainers(
  docker: Docker,
  project: string,
  signal: AbortSignal,
): Promise<readonly LiveContainer[]> {
  const filter = projectFilter(project);
  const ids = lines(await docker.run(['ps', '-a', '--no-trunc', ...filter, '--format', '{{.ID}}'], { signal }));
  if (ids.length === 0) return [];
  // docker exits with 1 and leaves out a container that was removed meanwhile.
  const told = await docker.run(['inspect', '--format', FORMAT, ...ids], { signal, okCodes: [0, 1] });
  return jsonLines(told, 'docker inspect')
    .filter((item) => labelsAt(item, 'labels')['com.docker.compose.oneoff'] !== 'True')
    .map(containerOf);
}

/** Names of the project's networks or volumes. */
export async function projectNames(
  docker: Docker,
  what: 'network' | 'volume',
  project: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  return new Set(lines(await docker.run([what, 'ls', ...projectFilter(project), '--format', '{{.Name}}'], { signal })));
}

function containerOf(item: unknown): LiveContainer {
  const labels = labelsAt(item, 'labels');
  return {
    service: labels['com.docker.compose.service'] ?? '',
    imageId: textAt(item, 'imageId'),
    configHash: labels['com.docker.compose.config-hash'] ?? '',
    compose: labels['com.docker.compose.version'] ?? '',
    state: textAt(item, 'state'),
    image: textAt(item, 'image'),
    environment: environmentOf(listAt(item, 'env')),
    command: listAt(item, 'command').map(String),
    networks: Object.keys((at(item, 'networks') as Record<string, unknown> | null) ?? {}).sort(),
    memory: Number(at(item, 'host', 'Memory') ?? 0),
    cpuShares: Number(at(item, 'host', 'CpuShares') ?? 0),
    restart: textAt(item, 'host', 'RestartPolicy', 'Name'),
  };
}

/** Parses the engine's lines `NAME=value`. */
export function environmentOf(list: readonly unknown[]): Readonly<Record<string, string>> {
  const pairs = list.map((line) => /^([^=]*)=([\s\S]*)$/.exec(String(line)));
  return Object.fromEntries(pairs.flatMap((match) => (match === null ? [] : [[match[1] ?? '', match[2] ?? '']])));
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
