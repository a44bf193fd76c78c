import { ExternalError, Interrupted } from '../base/errors.ts';
import { oneLine, printableData } from '../base/printable.ts';
import {
  type CollectContext,
  CollectionError,
  type Collector,
  type Evidence,
  type EvidenceKey,
  type Need,
} from './evidence.ts';

/**
 * Runs one collector within its own time limit and before `deadline` (as `Date.now()`). A collector that hangs is
 * abandoned (outcome `timeout`). An error is recorded with the outcome of its CollectionError, or as `absent` for any
 * other error. Collected data is made printable here, once for every consumer. Throws only Interrupted.
 */
export async function collectOne<T>(
  collector: Collector<T>,
  context: CollectContext,
  deadline: number,
  need: Need,
): Promise<Evidence<T>> {
  const started = performance.now();
  const elapsed = () => Math.round(performance.now() - started);
  const limitMs = Math.max(0, Math.min(collector.timeoutMs, deadline - Date.now()));
  const own = new AbortController();
  const signal = AbortSignal.any([context.signal, own.signal]);
  try {
    const seen = await within(limitMs, context.signal, () => collector.collect({ ...context, signal }, need));
    const { name, version } = collector.key;
    const collectedAt = context.now().toISOString();
    return {
      key: name,
      version,
      collectedAt,
      from: context.from,
      outcome: 'ok',
      data: printableData(seen),
      durationMs: elapsed(),
    };
  } catch (error) {
    if (context.signal.aborted) throw new Interrupted();
    return missingEvidence(collector.key, context, error, elapsed());
  } finally {
    own.abort();
  }
}

/** Evidence without data; outcome and reason are from the error. */
export function missingEvidence<T>(
  { name, version }: EvidenceKey<T>,
  { now, from }: Pick<CollectContext, 'now' | 'from'>,
  error: unknown,
  durationMs = 0,
): Evidence<T> {
  const outcome = error instanceof CollectionError ? error.outcome : 'absent';
  const collectedAt = now().toISOString();
  const missing = oneLine(faultText(error));
  const { lacks, next } = error instanceof CollectionError ? error : {};
  const reasons = { ...(lacks === undefined ? {} : { lacks }), ...(next === undefined ? {} : { next }) };
  return { key: name, version, collectedAt, from, outcome, missing, ...reasons, durationMs };
}

/**
 * Returns the result of the work. Throws CollectionError (`timeout`) after the limit, even if the work ignores its
 * signal, and Interrupted if `outer` is aborted.
 */
async function within<T>(limitMs: number, outer: AbortSignal, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let leave: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new CollectionError('timeout', `no answer within ${seconds(limitMs)}`)),
      Math.min(limitMs, 2 ** 31 - 1),
    );
    leave = () => reject(new Interrupted());
    outer.addEventListener('abort', leave, { once: true });
    if (outer.aborted) leave();
  });
  try {
    return await Promise.race([Promise.resolve().then(work), ended]);
  } finally {
    clearTimeout(timer);
    if (leave !== undefined) outer.removeEventListener('abort', leave);
  }
}

function seconds(ms: number): string {
  return ms >= 1_000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms)} ms`;
}

function faultText(error: unknown): string {
  if (error instanceof ExternalError) return [error.message, error.stderr.at(-1)].filter(Boolean).join(': ');
  return error instanceof Error ? error.message : String(error);
}
