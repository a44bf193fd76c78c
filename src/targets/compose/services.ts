import { isObject, type JsonObject } from '../../base/json.ts';
import { counted } from '../../base/words.ts';
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

/** True where a container of it fell over or fails its check: not merely one that still starts. */
export function isFailing(view: ServiceView): boolean {
  return view.containers.some((container) => !isReady(container, view) && problem(container) < STARTING);
}

/** A service that still has something to do, and a container that does it. */
export function isStarting(view: ServiceView): boolean {
  return !view.settled && view.containers.some(({ state }) => state !== 'created');
}

/** The container that says most about why its service is not ready. */
export function worstContainer(view: ServiceView): Container | undefined {
  const late = view.containers.filter((container) => !isReady(container, view));
  return late.toSorted((a, b) => problem(a) - problem(b) || b.restarts - a.restarts)[0];
}

const STARTING = 3;

/** The lower, the worse. One that was started again and again is caught running as often as not. */
function problem({ state, health, restarts }: Container): number {
  if (['exited', 'dead', 'restarting'].includes(state)) return 0;
  if (restarts > 0) return 1;
  return health === 'unhealthy' ? 2 : STARTING;
}

/** What keeps a service from being ready, in words; empty where it is. */
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
  if (view.isJob) return `runs since ${startedAt}`;
  return `${health === 'starting' ? 'starting, not healthy yet' : health}${again}`;
}
