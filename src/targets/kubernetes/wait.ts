import { setTimeout as sleep } from 'node:timers/promises';
import { Interrupted } from '../../base/errors.ts';
import type { OnProgress } from '../../base/events.ts';
import type { Connection } from './connection.ts';
import { podEvents, pullingImages } from './pod-events.ts';
import { holdupLines, readinessLine } from './words.ts';
import { readWorkloads, type WorkloadView } from './workloads.ts';

const POLL_MS = 1_000;
/** After this long nobody waits for the second: kubectl's own start costs more than the answer. */
const PATIENT_AFTER_MS = 30_000;
const PATIENT_POLL_MS = 4_000;
/** More than this on one line is read by nobody. */
const SHOWN_HOLDUPS = 3;

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** Waits until every named workload has settled, saying what it waits for; the last view, settled or not. */
export async function waitForWorkloads(
  connection: Connection,
  names: ReadonlySet<string>,
  { timeoutMs, signal, onProgress }: WaitOptions,
): Promise<{ readonly settled: boolean; readonly views: readonly WorkloadView[] }> {
  const started = connection.now();
  const deadline = started + timeoutMs;
  let said = '';
  for (;;) {
    const views = await readWorkloads(connection, names, signal);
    if (views.length === names.size && views.every(({ settled }) => settled)) return { settled: true, views };
    if (connection.now() >= deadline) return { settled: false, views };
    const detail = await waitText(connection, views, signal);
    if (detail !== said) onProgress({ type: 'step-progress', step: 'apply', detail });
    said = detail;
    const pause = connection.now() - started > PATIENT_AFTER_MS ? PATIENT_POLL_MS : POLL_MS;
    await sleep(Math.min(pause, Math.max(0, deadline - connection.now())), undefined, { signal }).catch(() => {
      throw new Interrupted();
    });
  }
}

async function waitText(connection: Connection, views: readonly WorkloadView[], signal: AbortSignal): Promise<string> {
  const creating = views.some(({ pods }) =>
    pods.some(({ holdup, node }) => holdup?.kind === 'creating' && node !== ''),
  );
  const events = creating ? await podEvents(connection, undefined, signal) : [];
  const holdups = holdupLines(views, pullingImages(events));
  const more = holdups.length > SHOWN_HOLDUPS ? [`and ${holdups.length - SHOWN_HOLDUPS} more`] : [];
  return [readinessLine(views), ...holdups.slice(0, SHOWN_HOLDUPS), ...more].filter((text) => text !== '').join(' · ');
}
