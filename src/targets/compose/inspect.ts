import { composeDrift } from '../../evidence/drift/compose/read.ts';
import type { InstalledRelease } from '../target.ts';
import { servicesInFile } from './compose-file.ts';
import type { Connection } from './connection.ts';
import { type Container, readContainers } from './containers.ts';
import { type PlannedService, type ServiceView, serviceDetail, viewServices } from './services.ts';

/** Returns the project: its services as compose.yaml declares them, and its containers as the engine runs them. */
export async function inspectCompose(connection: Connection, signal: AbortSignal): Promise<InstalledRelease> {
  const containers = await readContainers(connection, signal);
  const drift = await composeDrift(connection, signal);
  if (containers.length === 0) return { exists: false, status: 'none', revision: undefined, workloads: [], drift };
  const isUp = containers.some(({ state }) => state === 'running');
  return {
    exists: true,
    status: isUp ? 'running' : 'stopped',
    revision: undefined,
    workloads: (await viewProject(connection, containers)).map((view) => ({
      name: view.name,
      desired: view.replicas,
      ready: view.ready,
      restarts: view.containers.reduce((sum, { restarts }) => sum + restarts, 0),
      detail: serviceDetail(view),
      simulated: false,
    })),
    drift,
  };
}

/**
 * Returns the services of the directory's compose.yaml with these containers. If the file is missing, the containers
 * define the services and their number.
 */
export async function viewProject(
  { project }: Connection,
  containers: readonly Container[],
): Promise<readonly ServiceView[]> {
  return viewServices((await servicesInFile(project.directory)) ?? foundServices(containers), containers);
}

function foundServices(containers: readonly Container[]): readonly PlannedService[] {
  const names = [...new Set(containers.map(({ service }) => service))];
  return names.map((name) => ({
    name,
    replicas: containers.filter(({ service }) => service === name).length,
    isJob: false,
  }));
}
