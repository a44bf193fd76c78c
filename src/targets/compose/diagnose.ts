import { ExternalError } from '../../base/errors.ts';
import { outputLines } from '../../exec/answer.ts';
import type { ApplyFailure } from '../target.ts';
import type { Connection } from './connection.ts';
import { isFailing, isStarting, type ServiceView, serviceDetail, worstContainer } from './services.ts';

/** Limits the logs: those of every service would hide the one that matters. */
const SHOWN_SERVICES = 5;
const LOG_LINES = 20;

/**
 * Returns a failure for each service that is not ready: its worst container, the output of its health check, its last
 * log lines.
 */
export async function diagnose(
  connection: Connection,
  views: readonly ServiceView[],
  signal: AbortSignal,
): Promise<readonly ApplyFailure[]> {
  const failing = views.filter(({ settled }) => !settled);
  // Most services only wait for one that failed, or for one that still starts.
  const shown = [isFailing, isStarting, () => true]
    .map((isMeant) => failing.filter(isMeant))
    .find((some) => some.length > 0);
  return Promise.all((shown ?? []).slice(0, SHOWN_SERVICES).map((view) => failureOf(connection, view, signal)));
}

async function failureOf(connection: Connection, view: ServiceView, signal: AbortSignal): Promise<ApplyFailure> {
  const worst = worstContainer(view);
  const reason = serviceDetail(view);
  if (worst === undefined) return { workload: view.name, reason, logs: [], events: [] };
  const { redact } = connection;
  return {
    workload: view.name,
    reason: `container ${worst.name}: ${reason}`,
    logs: await lastLines(connection, worst.id, signal),
    events: worst.healthOutput === '' ? [] : [`health check: ${redact(worst.healthOutput)}`],
  };
}

/**
 * Returns the last lines of both streams, standard output first. Each has half of them, and those that the other does
 * not need.
 */
async function lastLines({ docker, redact }: Connection, id: string, signal: AbortSignal): Promise<readonly string[]> {
  const stderr: string[] = [];
  const onStderr = (line: string): void => {
    if (line.trim() !== '' && stderr.push(line) > LOG_LINES) stderr.shift();
  };
  try {
    const options = { signal, onStderr };
    const stdout = await docker.run(['logs', '--tail', String(LOG_LINES), id], options);
    const [output, errors] = [outputLines(redact(stdout)), stderr.map(redact)];
    return [...output.slice(-shareBeside(errors)), ...errors.slice(-shareBeside(output))];
  } catch (error) {
    if (error instanceof ExternalError) return [];
    throw error;
  }
}

/** Number of lines for a stream beside the other one. */
function shareBeside(other: readonly string[]): number {
  return Math.max(LOG_LINES / 2, LOG_LINES - other.length);
}
