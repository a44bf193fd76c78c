import { setTimeout as sleep } from 'node:timers/promises';
import { ExternalError, Interrupted } from '../../base/errors.ts';
import type { Connection } from './connection.ts';
import { readContainers } from './containers.ts';
import type { ComposeProgress } from './progress.ts';
import { type PlannedService, type ServiceView, viewServices } from './services.ts';

const POLL_MS = 1_000;
/** A container that fell over this often will not stand by itself. */
const UNRECOVERABLE_RESTARTS = 5;

/** Looks at the services of a project; restarts are counted from when the watch began, since a container may have had bad days before. */
export type Watch = (signal: AbortSignal) => Promise<readonly ServiceView[]>;

/** Begins a watch. Throws ExternalError where the engine does not answer. */
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
      // Started anew by somebody, its count begins again.
      return { ...container, restarts: Math.max(0, restarts - (before.get(id) ?? 0)) };
    });
    const views = viewServices(planned, containers);
    progress.seen(views);
    return views;
  };
}

/** Waits until every service has settled; the last view, settled or not. Gives up early where one only falls over. */
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
 * Does `work` while the services are watched, and ends it where one of them only falls over: Compose itself would wait for it without end.
 * Throws what `work` throws; undefined where it was ended.
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

/** An engine that does not answer for once is for the work to say. */
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

/** Never to become ready by itself: it was started again too often since the watch began. */
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
