import { at, labelsAt } from '../base/json-path.ts';
import { jsonLines, outputLines } from './answer.ts';
import { type Docker, PROJECT_LABEL, projectFilter } from './docker.ts';

/** A container of a Compose project, with the fields that the caller asked for. */
export interface ProjectContainer {
  readonly service: string;
  /** Compose's digest of the service when it created the container. Empty if there is none. */
  readonly configHash: string;
  /** Version of the Compose that created it. */
  readonly compose: string;
  /** The directory from which Compose created it. */
  readonly home: string;
  readonly fields: unknown;
}

/**
 * Returns every container of the project, stopped ones included, except those of `docker compose run`. `fields` is a
 * JSON document as a Go template of `docker inspect`: `{"state":{{json .State}}}`. A container's environment holds
 * secrets, so a caller asks only for the fields that it needs. Throws ExternalError.
 */
export async function projectContainers(
  docker: Docker,
  project: string,
  fields: string,
  signal: AbortSignal,
): Promise<readonly ProjectContainer[]> {
  const ids = outputLines(await docker.run(['ps', '-aq', '--no-trunc', ...projectFilter(project)], { signal }));
  if (ids.length === 0) return [];
  const format = `{"labels":{{json .Config.Labels}},"fields":${fields}}`;
  // docker does not report a container that was deleted meanwhile, and exits with 1.
  const told = await docker.run(['inspect', '--format', format, ...ids], { signal, okCodes: [0, 1] });
  return jsonLines(told, 'docker inspect').flatMap((item) => {
    const labels = labelsAt(item, 'labels');
    if (labels['com.docker.compose.oneoff'] === 'True') return [];
    return [
      {
        service: labels['com.docker.compose.service'] ?? '',
        configHash: labels['com.docker.compose.config-hash'] ?? '',
        compose: labels['com.docker.compose.version'] ?? '',
        home: labels[`${PROJECT_LABEL}.working_dir`] ?? '',
        fields: at(item, 'fields'),
      },
    ];
  });
}

/** Names of the project's networks or volumes. Throws ExternalError. */
export async function projectNames(
  docker: Docker,
  what: 'network' | 'volume',
  project: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return outputLines(await docker.run([what, 'ls', ...projectFilter(project), '--format', '{{.Name}}'], { signal }));
}

/** Parses the engine's list of a container's or an image's variables, `NAME=value` each. */
export function engineEnvironment(list: readonly unknown[]): Readonly<Record<string, string>> {
  const pairs = list.map((line) => /^([^=]*)=([\s\S]*)$/.exec(String(line)));
  return Object.fromEntries(pairs.flatMap((match) => (match === null ? [] : [[match[1] ?? '', match[2] ?? '']])));
}
