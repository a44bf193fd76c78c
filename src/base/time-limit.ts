import { setMaxListeners } from 'node:events';

/** Above it (24.8 days) Node's timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** `ms` as a timer of Node can hold it: what is longer becomes 24.8 days, after which no run is under way any more. */
export function longestTimer(ms: number): number {
  return Math.min(ms, LONGEST_TIMER_MS);
}

/**
 * A signal that aborts after `ms` milliseconds, with a `TimeoutError`, or with the first of `signals`, with its reason. Does not keep the process alive.
 *
 * Every time limit is made here: Node 20 and 22 hold the timer of `AbortSignal.timeout` weakly once `AbortSignal.any` has joined it, so that a
 * collection of garbage takes the limit away and its wait never ends. Here the running timer itself holds the signal.
 */
export function withinMs(ms: number, ...signals: readonly AbortSignal[]): AbortSignal {
  const limit = new AbortController();
  const end = () => limit.abort(new DOMException(`not ended within ${ms} ms`, 'TimeoutError'));
  setTimeout(end, longestTimer(ms)).unref();
  const either = AbortSignal.any([...signals, limit.signal]);
  // Many may wait for one limit; Node would take so many for a leak.
  setMaxListeners(0, either);
  return either;
}
