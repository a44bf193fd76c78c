import { setTimeout as sleep } from 'node:timers/promises';
import { ExternalError, Interrupted } from '../../base/errors.ts';
import type { OnProgress } from '../../base/events.ts';
import { withinMs } from '../../base/time-limit.ts';
import { isOutage } from '../../exec/failures.ts';
import type { Connection } from './connection.ts';
import { podEvents, pullingImages } from './pod-events.ts';
import { pendingLines, readinessLine } from './status-text.ts';
import { HOLD_MS, type Steadiness, steadinessAfter, unsteady } from './steady.ts';
import { readWorkloads, type WorkloadView } from './workloads.ts';

const POLL_MS = 1_000;
/** After this many ms the poll is slower: starting kubectl costs more than the answer is worth. */
const PATIENT_AFTER_MS = 30_000;
const PATIENT_POLL_MS = 4_000;
/** Milliseconds that the last poll, at the end of the time limit, may take. */
const LAST_LOOK_MS = 10_000;
/** Number of reasons that one line shows. */
const SHOWN_REASONS = 3;

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/**
 * Waits until every named workload is ready, and has stayed so for a while if one of its pods restarted meanwhile.
 * Reports what it waits for. Returns the last view, ready or not.
 */
export async function waitForWorkloads(
  connection: Connection,
  names: ReadonlySet<string>,
  { timeoutMs, signal, onProgress }: WaitOptions,
): Promise<{ readonly settled: boolean; readonly views: readonly WorkloadView[] }> {
  const started = connection.now();
  const deadline = started + timeoutMs;
  const limit = withinMs(timeoutMs + HOLD_MS + LAST_LOOK_MS, signal);
  let said = '';
  let steadiness: Steadiness | undefined;
  let outage: ExternalError | undefined;
  for (;;) {
    const views = await readWorkloads(connection, names, limit).catch((error: unknown) => {
      // An outage of the API server does not end the wait: the pods continue without it.
      if (signal.aborted || !isPassing(error, limit)) throw error;
      outage = error;
      return undefined;
    });
    const isSettled = views?.length === names.size && views.every(({ settled }) => settled);
    if (views !== undefined) steadiness = steadinessAfter(steadiness, views, connection.now());
    const holding = steadiness === undefined ? [] : unsteady(views ?? [], steadiness, connection.now());
    if (views !== undefined && isSettled && holding.length === 0) return { settled: true, views };
    // A workload that is ready when the time ends may still show that it stays so.
    const end = deadline + (isSettled ? HOLD_MS : 0);
    if (connection.now() >= end || limit.aborted) {
      if (views === undefined)
        throw outage ?? new ExternalError('the API server did not answer while its pods started');
      return { settled: false, views };
    }
    if (views !== undefined) {
      const detail = await waitText(connection, views, holding, limit).catch((error: unknown) => {
        if (signal.aborted || !isPassing(error, limit)) throw error;
        return said;
      });
      if (detail !== said) onProgress({ type: 'step-progress', step: 'apply', detail });
      said = detail;
    }
    const pause = connection.now() - started > PATIENT_AFTER_MS ? PATIENT_POLL_MS : POLL_MS;
    await sleep(Math.min(pause, Math.max(0, end - connection.now())), undefined, { signal }).catch(() => {
      throw new Interrupted();
    });
  }
}

/** Returns true if the failure may be over at the next poll. */
function isPassing(error: unknown, limit: AbortSignal): error is ExternalError {
  if (limit.aborted) return error instanceof Interrupted;
  return error instanceof ExternalError && (isOutage(error) || error.timedOut);
}

async function waitText(
  connection: Connection,
  views: readonly WorkloadView[],
  holding: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const creating = views.some(({ pods }) =>
    pods.some(({ holdup, node }) => holdup?.kind === 'creating' && node !== ''),
  );
  const events = creating ? await podEvents(connection, undefined, signal) : [];
  const held = holding.map((label) => `${label}: restarted, must stay ready for ${HOLD_MS / 1_000} s`);
  const holdups = [...pendingLines(views, pullingImages(events)), ...held];
  const more = holdups.length > SHOWN_REASONS ? [`and ${holdups.length - SHOWN_REASONS} more`] : [];
  return [readinessLine(views), ...holdups.slice(0, SHOWN_REASONS), ...more].filter((text) => text !== '').join(' · ');
}
