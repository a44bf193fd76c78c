import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { boundedYaml } from '../../base/bounded-yaml.ts';
import { isObject, type JsonObject } from '../../base/json.ts';
import { type PlannedService, plannedServices } from './services.ts';

/** The directory's compose.yaml as data; undefined if there is none, or none that can be read. */
export async function writtenProject(directory: string): Promise<JsonObject | undefined> {
  const text = await readFile(join(directory, 'compose.yaml'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const [project] = boundedYaml(text);
    return isObject(project) ? (project as JsonObject) : undefined;
  } catch {
    // Edited by hand, and broken: what runs can be told all the same.
    return undefined;
  }
}

/** The services that the directory's compose.yaml asks for; undefined where there is none, or none that can be read. */
export async function servicesInFile(directory: string): Promise<readonly PlannedService[] | undefined> {
  const project = await writtenProject(directory);
  return project === undefined ? undefined : plannedServices(project);
}
