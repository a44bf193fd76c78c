import { setTimeout as sleep } from 'node:timers/promises';
import { ExternalError, Interrupted } from '../../base/errors.ts';
import type { Connection } from './connection.ts';
import { readContainers } from './containers.ts';
import type { ComposeProgress } from './progress.ts';
import { type PlannedService, type ServiceView, viewServices } from './services.ts';

const POLL_MS = 1_000;
/** A container that restarted this often does not recover by itself. */
const UNRECOVERABLE_RESTARTS = 5;

/**
 * Returns the current services of a project. Restarts are counted from the beginning of the watch, because a container
 * may have older ones.
 */
export type Watch = (signal: AbortSignal) => Promise<readonly ServiceView[]>;

/** Starts a watch. Throws ExternalError if the engine does not answer. */
export async function openWatch(
  connection: Connection,
  planned: readonly PlannedService[],
  progress: ComposeProgress,
  signal: AbortSignal,
): Promise<Watch> {
  const found = await readContainers(connection, signal);
  const before = new Map(found.map(({ id, restarts }): [string, number] => [id, restarts]));
  return async (looking) => {
    const containers = (await readContainers(connection, looking)).map((container) => {
      const { id, restarts } = container;
      // A manual start resets the container's count.
      return { ...container, restarts: Math.max(0, restarts - (before.get(id) ?? 0)) };
    });
    const views = viewServices(planned, containers);
    progress.seen(views);
    return views;
  };
}

/**
 * Waits until every service is ready or the time is over, and returns the last view. Stops early if a service keeps
 * failing.
 */
export async function waitForServices(
  watch: Watch,
  { until, now, signal }: { readonly until: number; readonly now: () => number; readonly signal: AbortSignal },
): Promise<readonly ServiceView[]> {
  for (;;) {
    const views = await watch(signal);
    if (views.every(({ settled }) => settled) || now() >= until || views.some(isUnrecoverable)) return views;
    await pause(signal);
  }
}

/**
 * Runs `work` while the services are watched, and aborts it if one of them keeps failing, because Compose would wait
 * for it forever. Returns undefined if it was aborted for that reason. Throws the errors of `work`.
 */
export async function whileWatched<T>(
  watch: Watch,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const done = new AbortController();
  const unrecoverable = new AbortController();
  const watching = watchUntil(watch, AbortSignal.any([signal, done.signal]), () => unrecoverable.abort());
  try {
    return await work(AbortSignal.any([signal, unrecoverable.signal]));
  } catch (error) {
    if (error instanceof Interrupted && unrecoverable.signal.aborted && !signal.aborted) return undefined;
    throw error;
  } finally {
    done.abort();
    await watching;
  }
}

/** Ignores an engine that does not answer once: `work` reports that. */
async function watchUntil(watch: Watch, ended: AbortSignal, onHopeless: () => void): Promise<void> {
  while (!ended.aborted) {
    try {
      if ((await watch(ended)).some(isUnrecoverable)) onHopeless();
      await pause(ended);
    } catch (error) {
      if (!(error instanceof ExternalError || error instanceof Interrupted)) throw error;
    }
  }
}

/** Returns true if a service will not become ready by itself: a container restarted too often since the watch began. */
export function isUnrecoverable({ containers, settled }: ServiceView): boolean {
  return (
    !settled && containers.some(({ restarts, health }) => restarts >= UNRECOVERABLE_RESTARTS && health !== 'healthy')
  );
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(POLL_MS, undefined, { signal }).catch(() => {
    throw new Interrupted();
  });
}
