import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseEnvFile } from '../../../base/env-file.ts';
import { isObject } from '../../../base/json.ts';
import { at } from '../../../base/json-path.ts';
import { projectNames } from '../../../exec/compose-project.ts';
import type { Docker, ProjectRef } from '../../../exec/docker.ts';
import type { Drift } from '../drift.ts';
import { shownValues } from '../shown.ts';
import { liveContainers } from './containers.ts';
import { imageDrift, liveImages } from './images.ts';
import type { RecordedProject } from './project.ts';
import { type RecordedFile, recordedInstall } from './record.ts';
import { serviceDrift } from './services.ts';
import { recordedVariables } from './variables.ts';

export interface ComposeDriftSource {
  readonly docker: Docker;
  readonly project: ProjectRef;
  /** Number of a revision that is being applied: it and newer ones are ignored. */
  readonly before?: number;
}

/**
 * Changes since the last install: compares the files, containers, networks and volumes of the newest revision with the
 * live ones. Empty if nothing is installed, or if the last change did not succeed. Read-only. Throws ExternalError if
 * the engine does not answer.
 */
export async function composeDrift(
  { docker, project, before = Number.POSITIVE_INFINITY }: ComposeDriftSource,
  signal: AbortSignal,
): Promise<readonly Drift[]> {
  const recorded = await recordedInstall(project.directory, before);
  const content = recorded?.files.find(({ path }) => path === 'compose.yaml')?.content;
  const document = content === undefined ? undefined : await documentIn(content);
  if (recorded === undefined || !isObject(document)) return [];
  const [containers, networks, volumes, envText] = await Promise.all([
    liveContainers(docker, project.name, signal),
    missing(docker, 'network', project.name, document.networks, signal),
    missing(docker, 'volume', project.name, document.volumes, signal),
    textOf(project.directory, '.env'),
  ]);
  const names = Object.keys(recorded.images);
  const ids = [...new Set(containers.map(({ imageId }) => imageId))].filter((id) => id !== '');
  const images = await liveImages(docker, [...names, ...ids], signal);
  const envFile = recorded.files.find(({ path }) => path === '.env');
  const variables = recordedVariables(envFile, envText, parseEnvFile(envText ?? ''), containers);
  const files = await Promise.all(recorded.files.map((file) => fileDrift(project.directory, file)));
  const asked: RecordedProject = {
    ...recorded,
    name: project.name,
    services: isObject(document.services) ? document.services : {},
    variables,
    imageEnvironments: new Map(ids.flatMap((id) => (images.has(id) ? [[id, images.get(id)?.environment ?? {}]] : []))),
  };
  return [
    ...[...files.flat(), ...variables.drift],
    ...imageDrift(recorded.images, images),
    ...serviceDrift(asked, containers),
    ...[...networks, ...volumes],
  ];
}

/** Parses YAML. Undefined for a damaged record. The parser is loaded only if needed. */
async function documentIn(text: string): Promise<unknown> {
  const { boundedYaml, YamlFault } = await import('../../../base/bounded-yaml.ts');
  try {
    return boundedYaml(text)[0];
  } catch (error) {
    if (error instanceof YamlFault) return undefined;
    throw error;
  }
}

async function fileDrift(directory: string, { path, content }: RecordedFile): Promise<readonly Drift[]> {
  const found = await textOf(directory, path);
  const named = { kind: 'File', name: path };
  if (found === undefined) return [{ ...named, change: 'gone' }];
  // The content of a secret file is not recorded; its variables are compared.
  if (content === undefined) return [];
  return found === content ? [] : [{ ...named, change: 'changed', ...shownValues('File', path, content, found) }];
}

/** Networks or volumes of the recorded project that do not exist any more. */
async function missing(
  docker: Docker,
  what: 'network' | 'volume',
  project: string,
  asked: unknown,
  signal: AbortSignal,
): Promise<readonly Drift[]> {
  const names = Object.keys(isObject(asked) ? asked : {}).filter((name) => at(asked, name, 'external') !== true);
  if (names.length === 0) return [];
  const found = new Set(await projectNames(docker, what, project, signal));
  const kind = what === 'network' ? 'Network' : 'Volume';
  return names
    .map((name) => `${project}_${name}`)
    .filter((name) => !found.has(name))
    .map((name): Drift => ({ kind, name, change: 'gone' }));
}

/** Undefined if the file does not exist or its path is outside the directory. */
async function textOf(directory: string, path: string): Promise<string | undefined> {
  if (!resolve('/root', path).startsWith('/root/')) return undefined;
  return readFile(join(directory, path), 'utf8').catch(() => undefined);
}
