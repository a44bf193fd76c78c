import { ExternalError } from '../../base/errors.ts';
import type { ApplyFailure } from '../target.ts';
import type { Connection } from './connection.ts';
import type { Container } from './containers.ts';
import { drained, pointTo, ROLLED_PORTS } from './front.ts';
import { isReady, type ServiceView, serviceDetail } from './services.ts';
import type { UpOptions } from './up.ts';
import { isUnrecoverable, type Watch, waitForServices } from './wait.ts';

/** Inputs of a roll, besides the connection. */
export interface RollContext {
  readonly watch: Watch;
  /** Compose's digest of each service, as the files say. */
  readonly hashes: ReadonlyMap<string, string>;
  /** Time of `now` at which the apply ends, in ms. */
  readonly until: number;
  readonly options: UpOptions;
  /** Waits until no more requests reach a container that nginx was told to leave out. */
  readonly drain?: (signal: AbortSignal) => Promise<void>;
}

/**
 * Replaces the containers of these services one after the other: a new one starts beside the old ones, nginx sends
 * requests to it once it is healthy, and an old one is stopped when no more requests reach it. Jobs run before. Returns
 * undefined if every service has only new containers; otherwise the failure, and the remaining old containers continue to
 * serve. Continues a roll that was interrupted. Throws Interrupted, and ExternalError if the engine does not answer.
 */
export async function roll(
  connection: Connection,
  { jobs, services }: { readonly jobs: readonly string[]; readonly services: readonly string[] },
  context: RollContext,
): Promise<ApplyFailure | undefined> {
  try {
    for (const job of jobs) {
      await start(connection, [job], context);
      const failure = await jobFailure(connection, job, context);
      if (failure !== undefined) return failure;
    }
    for (const service of services) {
      const failure = await rollService(connection, service, context);
      if (failure !== undefined) return failure;
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    const reason = error.stderr.at(-1) ?? error.message;
    return { workload: `project ${connection.project.name}`, reason, logs: error.stderr, events: [] };
  }
}

async function rollService(
  connection: Connection,
  name: string,
  context: RollContext,
): Promise<ApplyFailure | undefined> {
  const { docker } = connection;
  const { signal, timeoutMs } = context.options;
  for (;;) {
    const views = await context.watch(signal);
    const { view, fresh, stale } = split(views, name, context.hashes);
    const dead = stale.filter(({ state }) => state !== 'running');
    if (dead.length > 0) {
      await remove(connection, dead, context);
    } else if (stale.length === 0 && fresh.length >= view.replicas) {
      return undefined;
    } else {
      await pointTo(connection, serving(views, name, [...fresh, ...stale]), signal);
      if (fresh.length < view.replicas) {
        const scale = ['--scale', `${name}=${view.containers.length + 1}`];
        await start(connection, ['--no-recreate', ...scale, name], context);
      }
      const isStarted = (later: ServiceView) =>
        split([later], name, context.hashes).fresh.every((one) => isReady(one, later));
      const failure = await readyOrFailure(connection, name, context, isStarted);
      if (failure !== undefined) return failure;
      const [oldest, ...others] = stale;
      if (oldest !== undefined) {
        const now = split(await context.watch(signal), name, context.hashes);
        await pointTo(connection, serving(views, name, [...now.fresh, ...others]), signal);
        await (context.drain ?? drained)(signal);
        // The grace period is that of the service in compose.yaml.
        await docker.run(['stop', oldest.id], { signal, timeoutMs });
        await remove(connection, [oldest], context);
      }
    }
  }
}

interface Split {
  readonly view: ServiceView;
  /** Containers with the configuration of the files, and the others. */
  readonly fresh: readonly Container[];
  readonly stale: readonly Container[];
}

function split(views: readonly ServiceView[], name: string, hashes: ReadonlyMap<string, string>): Split {
  const view = views.find((one) => one.name === name);
  if (view === undefined) throw new Error(`the project has no service ${name}`);
  const isFresh = ({ configHash }: Container) => configHash === hashes.get(name);
  return {
    view,
    fresh: view.containers.filter(isFresh),
    stale: view.containers.filter((one) => !isFresh(one)).toSorted((a, b) => rank(a, view) - rank(b, view)),
  };
}

/** Containers that are not ready are replaced first. */
function rank(container: Container, view: ServiceView): number {
  return isReady(container, view) ? 1 : 0;
}

/** The ready containers of every rolled service; of `name` those of `own`. */
function serving(
  views: readonly ServiceView[],
  name: string,
  own: readonly Container[],
): ReadonlyMap<string, readonly Container[]> {
  const rolled = views.filter((view) => ROLLED_PORTS.has(view.name));
  return new Map(
    rolled.map((view) => [view.name, (view.name === name ? own : view.containers).filter((one) => isReady(one, view))]),
  );
}

/** Waits until the new containers are ready. Returns the failure if they do not become so. */
async function readyOrFailure(
  connection: Connection,
  name: string,
  context: RollContext,
  isDone: (view: ServiceView) => boolean,
): Promise<ApplyFailure | undefined> {
  const view = await waitFor(connection, name, context, isDone);
  if (isDone(view)) return undefined;
  const reason = isUnrecoverable(view) ? 'does not keep running' : 'did not become ready in time';
  return {
    workload: name,
    reason: `its new container ${reason}; the old ones continue to serve`,
    logs: [],
    events: [],
  };
}

/** Waits until the job ends. Returns the failure if it does not, or does not succeed. */
async function jobFailure(
  connection: Connection,
  name: string,
  context: RollContext,
): Promise<ApplyFailure | undefined> {
  const view = await waitFor(connection, name, context, ({ containers }) =>
    containers.every(({ state }) => state === 'exited' || state === 'dead'),
  );
  if (view.containers.every((one) => isReady(one, view))) return undefined;
  return {
    workload: name,
    reason: `${serviceDetail({ ...view, settled: false })}; no service was replaced`,
    logs: [],
    events: [],
  };
}

/** Returns the last view of the service, done or not. */
async function waitFor(
  { now }: Connection,
  name: string,
  { watch, until, options: { signal } }: RollContext,
  isDone: (view: ServiceView) => boolean,
): Promise<ServiceView> {
  const only: Watch = async (looking) => {
    const { view } = split(await watch(looking), name, new Map());
    return [{ ...view, settled: isDone(view) }];
  };
  const [view] = await waitForServices(only, { until, now, signal });
  if (view === undefined) throw new Error(`the project has no service ${name}`);
  return view;
}

async function start({ docker, project }: Connection, args: readonly string[], { options }: RollContext) {
  const { signal, timeoutMs, onChild } = options;
  await docker.compose(project, ['up', '--detach', '--no-build', '--no-deps', ...args], {
    ...{ signal, timeoutMs },
    onStart: (pid) => onChild('docker', pid),
  });
}

async function remove({ docker }: Connection, containers: readonly Container[], { options }: RollContext) {
  await docker.run(['rm', '--force', ...containers.map(({ id }) => id)], { signal: options.signal });
}
