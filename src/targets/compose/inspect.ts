import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isObject, type JsonObject } from '../../base/json.ts';
import type { LiveRelease } from '../target.ts';
import type { Connection } from './connection.ts';
import { type Container, readContainers } from './containers.ts';
import { type PlannedService, plannedServices, serviceDetail, viewServices } from './services.ts';

/** The project as its compose.yaml asks for it, and as the engine runs it. */
export async function inspectCompose(connection: Connection, signal: AbortSignal): Promise<LiveRelease> {
  const containers = await readContainers(connection, signal);
  const planned = (await writtenServices(connection.project.directory)) ?? foundServices(containers);
  if (containers.length === 0) return { exists: false, status: 'none', revision: undefined, workloads: [] };
  const isUp = containers.some(({ state }) => state === 'running');
  return {
    exists: true,
    status: isUp ? 'running' : 'stopped',
    revision: undefined,
    workloads: viewServices(planned, containers).map((view) => ({
      name: view.name,
      desired: view.replicas,
      ready: view.ready,
      restarts: view.containers.reduce((sum, { restarts }) => sum + restarts, 0),
      detail: serviceDetail(view),
      simulated: false,
    })),
  };
}

async function writtenServices(directory: string): Promise<readonly PlannedService[] | undefined> {
  const text = await readFile(join(directory, 'compose.yaml'), 'utf8').catch(() => undefined);
  const project: unknown = text === undefined ? undefined : parse(text);
  return isObject(project) ? plannedServices(project as JsonObject) : undefined;
}

/** Where the file is gone: as many as there are. */
function foundServices(containers: readonly Container[]): readonly PlannedService[] {
  const names = [...new Set(containers.map(({ service }) => service))];
  return names.map((name) => ({
    name,
    replicas: containers.filter(({ service }) => service === name).length,
    isJob: false,
  }));
}
