import { isObject, type JsonObject } from '../../base/json.ts';
import { counted } from '../../base/words.ts';
import type { Container } from './containers.ts';

/** A service as the project declares it. */
export interface PlannedService {
  readonly name: string;
  readonly replicas: number;
  /** True if it runs to its end and is not restarted. */
  readonly isJob: boolean;
}

/** A service with its containers. */
export interface ServiceView extends PlannedService {
  readonly containers: readonly Container[];
  readonly ready: number;
  readonly settled: boolean;
}

/** Returns the services of a Compose project (the content of compose.yaml). */
export function plannedServices(project: JsonObject): readonly PlannedService[] {
  const services = isObject(project.services) ? project.services : {};
  return Object.entries(services).map(([name, service]) => {
    const deploy = isObject(service) && isObject(service.deploy) ? service.deploy : {};
    const replicas = isObject(service) ? (service.scale ?? deploy.replicas) : undefined;
    return {
      name,
      replicas: typeof replicas === 'number' ? replicas : 1,
      isJob: isObject(service) && service.restart === 'no',
    };
  });
}

/** Returns each planned service with its containers. */
export function viewServices(
  planned: readonly PlannedService[],
  containers: readonly Container[],
): readonly ServiceView[] {
  return planned.map((service) => {
    const own = containers.filter((container) => container.service === service.name);
    const ready = own.filter((container) => isReady(container, service)).length;
    return {
      ...service,
      containers: own,
      ready,
      settled: ready === service.replicas && own.length === service.replicas,
    };
  });
}

/**
 * Returns true if the container is ready: a job after it exited with 0; any other one if it runs and, if it has a
 * health check, is healthy.
 */
export function isReady({ state, health, exitCode }: Container, { isJob }: PlannedService): boolean {
  if (isJob) return state === 'exited' && exitCode === 0;
  return state === 'running' && (health === '' || health === 'healthy');
}

/**
 * Returns true if a container of the service exited, restarted or is unhealthy. Returns false for one that still
 * starts.
 */
export function isFailing(view: ServiceView): boolean {
  return view.containers.some((container) => !isReady(container, view) && problem(container) < STARTING);
}

/** Returns true if a service is not ready yet and Compose has started a container of it. */
export function isStarting(view: ServiceView): boolean {
  return !view.settled && view.containers.some(({ state }) => state !== 'created');
}

/** Returns the container that best shows why its service is not ready. Returns undefined if all are ready. */
export function worstContainer(view: ServiceView): Container | undefined {
  const late = view.containers.filter((container) => !isReady(container, view));
  return late.toSorted((a, b) => problem(a) - problem(b) || b.restarts - a.restarts)[0];
}

const STARTING = 3;

/** Ranks the problem of a container; lower is worse. A container that restarts repeatedly is often seen running. */
function problem({ state, health, restarts }: Container): number {
  if (['exited', 'dead', 'restarting'].includes(state)) return 0;
  if (restarts > 0) return 1;
  return health === 'unhealthy' ? 2 : STARTING;
}

/** Returns why a service is not ready, in words. Empty if it is ready. */
export function serviceDetail(view: ServiceView): string {
  if (view.settled) return '';
  const worst = worstContainer(view);
  if (worst === undefined)
    return view.containers.length === 0 ? 'has no container' : `${view.ready} of ${view.replicas}`;
  const { state, health, exitCode, restarts, startedAt } = worst;
  const again = restarts > 0 ? `, ${counted(restarts, 'restart')}` : '';
  if (state === 'exited' || (state === 'restarting' && exitCode !== 0)) return `exited with code ${exitCode}${again}`;
  if (state === 'created') return 'waits for the services that it depends on';
  if (state !== 'running') return `${state}${again}`;
  if (view.isJob) return `running since ${startedAt}`;
  return `${health === 'starting' ? 'starting, not healthy yet' : health}${again}`;
}
