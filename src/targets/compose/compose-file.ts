import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { boundedYaml } from '../../base/bounded-yaml.ts';
import { isObject, type JsonObject } from '../../base/json.ts';
import { type PlannedService, plannedServices } from './services.ts';

/** Returns the directory's compose.yaml as data. Returns undefined if it is missing or cannot be read. */
export async function writtenProject(directory: string): Promise<JsonObject | undefined> {
  const text = await readFile(join(directory, 'compose.yaml'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const [project] = boundedYaml(text);
    return isObject(project) ? (project as JsonObject) : undefined;
  } catch {
    // Broken by an edit; the containers can still be shown.
    return undefined;
  }
}

/** Returns the services of the directory's compose.yaml. Returns undefined if it is missing or cannot be read. */
export async function servicesInFile(directory: string): Promise<readonly PlannedService[] | undefined> {
  const project = await writtenProject(directory);
  return project === undefined ? undefined : plannedServices(project);
}
