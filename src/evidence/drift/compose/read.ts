import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseEnvFile } from '../../../base/env-file.ts';
import { isObject } from '../../../base/json.ts';
import { at } from '../../../base/json-path.ts';
import type { Docker, ProjectRef } from '../../../exec/docker.ts';
import { secretVariable } from '../../../render/compose/variables.ts';
import type { Drift } from '../drift.ts';
import { shownValues } from '../shown.ts';
import { liveContainers, projectNames } from './containers.ts';
import { isRecordedEnv, type RecordedFile, recordedFiles } from './record.ts';
import { type RecordedProject, serviceDrift } from './services.ts';

export interface ComposeDriftSource {
  readonly docker: Docker;
  readonly project: ProjectRef;
  /** A revision that is being applied: it and newer ones do not count. */
  readonly before?: number;
}

/**
 * What was changed since the last install: the files, containers, networks and volumes that the newest revision recorded, against what is
 * there. Empty if nothing is installed, or if the last change did not end well. Looks only. Throws ExternalError if the engine does not answer.
 */
export async function composeDrift(
  { docker, project, before = Number.POSITIVE_INFINITY }: ComposeDriftSource,
  signal: AbortSignal,
): Promise<readonly Drift[]> {
  const files = await recordedFiles(project.directory, before);
  const recorded = files.find(({ path }) => path === 'compose.yaml')?.content;
  const document = recorded === undefined ? undefined : await documentIn(recorded);
  if (!isObject(document)) return [];
  const envText = await textOf(project.directory, '.env');
  const env = parseEnvFile(envText ?? '');
  const isIntact = files.every(
    (file) =>
      file.content !== undefined ||
      (envText !== undefined && isRecordedEnv(file, envText, env[secretVariable('secrets.secretKey')] ?? '')),
  );
  const services = isObject(document.services) ? document.services : {};
  const asked: RecordedProject = { name: project.name, services, env: isIntact ? env : undefined };
  const [ofFiles, containers, networks, volumes] = await Promise.all([
    Promise.all(files.map((file) => fileDrift(project.directory, file, isIntact))),
    liveContainers(docker, project.name, signal),
    missing(docker, 'network', project.name, document.networks, signal),
    missing(docker, 'volume', project.name, document.volumes, signal),
  ]);
  return [...ofFiles.flat(), ...serviceDrift(asked, containers), ...networks, ...volumes];
}

/** Undefined for a record that is damaged. A YAML parser is loaded only if there is something to parse. */
async function documentIn(text: string): Promise<unknown> {
  const { boundedYaml, YamlFault } = await import('../../../base/bounded-yaml.ts');
  try {
    return boundedYaml(text)[0];
  } catch (error) {
    if (error instanceof YamlFault) return undefined;
    throw error;
  }
}

async function fileDrift(directory: string, file: RecordedFile, isEnvIntact: boolean): Promise<readonly Drift[]> {
  const { path, content } = file;
  const found = await textOf(directory, path);
  const named = { kind: 'File', name: path };
  if (found === undefined) return [{ ...named, change: 'gone' }];
  if (content === undefined) return isEnvIntact ? [] : [{ ...named, change: 'changed', secret: true }];
  return found === content ? [] : [{ ...named, change: 'changed', ...shownValues('File', path, content, found) }];
}

/** Networks or volumes of the recorded project that the engine no longer has. */
async function missing(
  docker: Docker,
  what: 'network' | 'volume',
  project: string,
  asked: unknown,
  signal: AbortSignal,
): Promise<readonly Drift[]> {
  const names = Object.keys(isObject(asked) ? asked : {}).filter((name) => at(asked, name, 'external') !== true);
  if (names.length === 0) return [];
  const found = await projectNames(docker, what, project, signal);
  const kind = what === 'network' ? 'Network' : 'Volume';
  return names
    .map((name) => `${project}_${name}`)
    .filter((name) => !found.has(name))
    .map((name): Drift => ({ kind, name, change: 'gone' }));
}

/** Undefined if there is no such file, or its path would lead out of the directory. */
async function textOf(directory: string, path: string): Promise<string | undefined> {
  if (!resolve('/root', path).startsWith('/root/')) return undefined;
  return readFile(join(directory, path), 'utf8').catch(() => undefined);
}
