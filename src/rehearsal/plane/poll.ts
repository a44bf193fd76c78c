import { setTimeout as delay } from 'node:timers/promises';
import { ExternalError, Interrupted } from '../../base/errors.ts';

export interface PollOptions {
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Returns more lines for the error message of a timeout, such as the end of a log. */
  readonly explain?: () => Promise<readonly string[]>;
}

/**
 * Calls `probe` until it returns something other than undefined, and returns that. Errors of `probe` count as
 * undefined.
 *
 * @throws ExternalError with `what`, the last error and the lines of `explain`, after the time limit;
 *   Interrupted if the signal is aborted
 */
export async function poll<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  options: PollOptions = {},
): Promise<T> {
  const timeoutMs = options.timeoutMs ?? 60_000;
  const until = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < until) {
    try {
      const found = await probe();
      if (found !== undefined) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (options.signal?.aborted === true) throw new Interrupted();
    await delay(options.intervalMs ?? 100);
  }
  const lines = [
    `${what}: not within ${timeoutMs / 1000} s`,
    ...(last === undefined ? [] : [String(last)]),
    ...((await options.explain?.()) ?? []),
  ];
  throw new ExternalError(lines.join('\n  '));
}
