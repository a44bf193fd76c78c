import { setMaxListeners } from 'node:events';

/** Above this (24.8 days) Node's timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Returns `ms` limited to the longest timer of Node, 24.8 days. No run takes that long. */
export function longestTimer(ms: number): number {
  return Math.min(ms, LONGEST_TIMER_MS);
}

/**
 * Returns a signal that aborts after `ms` milliseconds with a `TimeoutError`, or with the first of `signals`, with its
 * reason. Does not keep the process alive.
 *
 * Every time limit is made here. Node 20 and 22 hold the timer of `AbortSignal.timeout` weakly once `AbortSignal.any`
 * has joined it: a garbage collection removes the limit and the wait never ends. Here the running timer itself holds
 * the signal.
 */
export function withinMs(ms: number, ...signals: readonly AbortSignal[]): AbortSignal {
  const limit = new AbortController();
  const end = () => limit.abort(new DOMException(`not finished within ${ms} ms`, 'TimeoutError'));
  setTimeout(end, longestTimer(ms)).unref();
  const either = AbortSignal.any([...signals, limit.signal]);
  // Many listeners may wait for one limit; Node would report that as a leak.
  setMaxListeners(0, either);
  return either;
}
