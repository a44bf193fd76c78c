import { isObject, type JsonObject } from '../../base/json.ts';
import type { Container } from './containers.ts';

/** A service as the project asks for it. */
export interface PlannedService {
  readonly name: string;
  readonly replicas: number;
  /** Runs to its end and is not started again. */
  readonly isJob: boolean;
}

/** A service against its containers. */
export interface ServiceView extends PlannedService {
  readonly containers: readonly Container[];
  readonly ready: number;
  readonly settled: boolean;
}

/** Services of a Compose project, as in compose.yaml. */
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

/** Each planned service with what runs of it. */
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

/** A job is ready once it ended well; all else when it runs and, where it has a check, is healthy. */
export function isReady({ state, health, exitCode }: Container, { isJob }: PlannedService): boolean {
  if (isJob) return state === 'exited' && exitCode === 0;
  return state === 'running' && (health === '' || health === 'healthy');
}

/** The container that says most about why its service is not ready. */
export function worstContainer(view: ServiceView): Container | undefined {
  const late = view.containers.filter((container) => !isReady(container, view));
  const rank = (container: Container): number => {
    if (['exited', 'dead', 'restarting'].includes(container.state)) return 0;
    return container.health === 'unhealthy' ? 1 : 2;
  };
  return late.toSorted((a, b) => rank(a) - rank(b) || b.restarts - a.restarts)[0];
}

/** What keeps a service from being ready, in words; empty where it is. */
export function serviceDetail(view: ServiceView): string {
  if (view.settled) return '';
  const worst = worstContainer(view);
  if (worst === undefined)
    return view.containers.length === 0 ? 'has no container' : `${view.ready} of ${view.replicas}`;
  const again = worst.restarts > 0 ? `, ${worst.restarts} restarts` : '';
  if (worst.state === 'exited') return `exited with code ${worst.exitCode}${again}`;
  if (worst.state !== 'running') return `${worst.state}${again}`;
  return `${worst.health === 'starting' ? 'starting, not healthy yet' : worst.health}${again}`;
}
