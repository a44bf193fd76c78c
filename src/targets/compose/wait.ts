import { setTimeout as sleep } from 'node:timers/promises';
import { Interrupted } from '../../base/errors.ts';
import type { OnProgress } from '../../base/events.ts';
import type { Connection } from './connection.ts';
import { readContainers } from './containers.ts';
import { type PlannedService, type ServiceView, serviceDetail, viewServices } from './services.ts';

const POLL_MS = 1_000;
/** A container that fell over this often will not stand by itself. */
const HOPELESS_RESTARTS = 5;
const SHOWN = 3;

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** Waits until every service has settled, saying what it waits for; the last view, settled or not. Gives up early where one only falls over. */
export async function waitForServices(
  connection: Connection,
  planned: readonly PlannedService[],
  { timeoutMs, signal, onProgress }: WaitOptions,
): Promise<{ readonly settled: boolean; readonly views: readonly ServiceView[] }> {
  const deadline = connection.now() + timeoutMs;
  let said = '';
  for (;;) {
    const views = viewServices(planned, await readContainers(connection, signal));
    if (views.every(({ settled }) => settled)) return { settled: true, views };
    if (connection.now() >= deadline || views.some(isHopeless)) return { settled: false, views };
    const detail = waitText(views);
    if (detail !== said) onProgress({ type: 'step-progress', step: 'apply', detail });
    said = detail;
    await sleep(POLL_MS, undefined, { signal }).catch(() => {
      throw new Interrupted();
    });
  }
}

function isHopeless({ containers, settled }: ServiceView): boolean {
  return !settled && containers.some(({ restarts, health }) => restarts >= HOPELESS_RESTARTS && health !== 'healthy');
}

function waitText(views: readonly ServiceView[]): string {
  const late = views.filter(({ settled }) => !settled);
  const counts = late.map(({ name, ready, replicas }) => `${name} ${ready}/${replicas}`).join('  ');
  const reasons = late.slice(0, SHOWN).map((view) => `${view.name}: ${serviceDetail(view)}`);
  return [counts, ...reasons].join(' · ');
}
