import pLimit from 'p-limit';
import { ExternalError, Interrupted } from '../base/errors.ts';
import { type CollectContext, type Collector, type Evidence, type EvidenceKey, EvidenceMissing } from './evidence.ts';

/** How many collectors look at once. */
const CONCURRENCY = 8;

export interface CollectionEvents {
  readonly started?: (key: string) => void;
  readonly ended?: (evidence: Evidence<unknown>) => void;
}

/** Evidence on demand: each key is collected at most once, when it is first asked for. */
export interface Collection {
  /** Never rejects but with Interrupted, where the caller's own signal was aborted. */
  get<T>(key: EvidenceKey<T>): Promise<Evidence<T>>;
  /** All that was collected so far, by key. */
  collected(): readonly Evidence<unknown>[];
}

/**
 * Runs collectors concurrently, with a limit, each within its own time and all within `totalMs`. One that hangs is abandoned (`timeout`),
 * one that throws is recorded (`absent`, or what EvidenceMissing says); neither stops the others. What another collector `need`s starts at once,
 * outside the limit, so that those who wait never keep it from starting.
 */
export function createCollection(
  collectors: readonly Collector<unknown>[],
  context: CollectContext,
  options: { readonly totalMs?: number | undefined; readonly events?: CollectionEvents | undefined } = {},
): Collection {
  const byKey = new Map(collectors.map((collector) => [collector.key.name, collector]));
  const begun = new Map<string, Promise<Evidence<unknown>>>();
  const queued = new Map<string, Promise<Evidence<unknown>>>();
  const finished: Evidence<unknown>[] = [];
  const limit = pLimit(CONCURRENCY);
  const deadline = options.totalMs === undefined ? undefined : Date.now() + options.totalMs;

  const begin = (key: EvidenceKey<unknown>): Promise<Evidence<unknown>> => {
    const running = begun.get(key.name);
    if (running !== undefined) return running;
    const collector = byKey.get(key.name);
    const run = async (): Promise<Evidence<unknown>> => {
      options.events?.started?.(key.name);
      const evidence =
        collector === undefined
          ? missing(key, context, 'absent', `nothing here collects ${key.name}`)
          : await collectOne(collector, context, deadline, need);
      finished.push(evidence);
      options.events?.ended?.(evidence);
      return evidence;
    };
    const promise = run();
    begun.set(key.name, promise);
    return promise;
  };
  const queue = (key: EvidenceKey<unknown>): Promise<Evidence<unknown>> => {
    const known = queued.get(key.name) ?? limit(() => begin(key));
    queued.set(key.name, known);
    return known;
  };
  const need = async <T>(key: EvidenceKey<T>): Promise<T> => {
    const evidence = (await begin(key)) as Evidence<T>;
    if (evidence.outcome === 'ok') return evidence.data as T;
    throw new EvidenceMissing(evidence.outcome, evidence.missing ?? key.name);
  };
  return {
    get: async <T>(key: EvidenceKey<T>) => (await queue(key)) as Evidence<T>,
    collected: () => [...finished].sort((a, b) => (a.key < b.key ? -1 : 1)),
  };
}

/** Evidence that somebody else collected, judged here; what they did not collect is absent. */
export function savedCollection(saved: readonly Evidence<unknown>[], context: CollectContext): Collection {
  const byKey = new Map(saved.map((evidence) => [evidence.key, evidence]));
  return {
    get: async <T>(key: EvidenceKey<T>) =>
      (byKey.get(key.name) as Evidence<T> | undefined) ??
      missing(key, context, 'absent', `the saved evidence holds no ${key.name}`),
    collected: () => saved,
  };
}

function missing<T>(
  key: EvidenceKey<T>,
  context: CollectContext,
  outcome: 'absent' | 'denied' | 'timeout',
  text: string,
  durationMs = 0,
): Evidence<T> {
  const { name, version } = key;
  const collectedAt = context.now().toISOString();
  return { key: name, version, collectedAt, from: 'local', outcome, missing: text, durationMs };
}

async function collectOne<T>(
  collector: Collector<T>,
  context: CollectContext,
  deadline: number | undefined,
  need: <U>(key: EvidenceKey<U>) => Promise<U>,
): Promise<Evidence<T>> {
  const started = performance.now();
  const elapsed = () => Math.round(performance.now() - started);
  const limitMs = Math.max(0, Math.min(collector.timeoutMs, (deadline ?? Number.POSITIVE_INFINITY) - Date.now()));
  const own = new AbortController();
  const signal = AbortSignal.any([context.signal, own.signal]);
  try {
    const data = await within(limitMs, context.signal, () => collector.collect({ ...context, signal }, need));
    const { name, version } = collector.key;
    const collectedAt = context.now().toISOString();
    return { key: name, version, collectedAt, from: 'local', outcome: 'ok', data, durationMs: elapsed() };
  } catch (error) {
    if (context.signal.aborted) throw new Interrupted();
    const text = faultText(error);
    const outcome = error instanceof EvidenceMissing ? error.outcome : 'absent';
    return missing(collector.key, context, outcome, text, elapsed());
  } finally {
    own.abort();
  }
}

/** The work's result, or EvidenceMissing once its time is over, whether or not the work heeds its signal. */
async function within<T>(limitMs: number, outer: AbortSignal, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let leave: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new EvidenceMissing('timeout', `no answer within ${seconds(limitMs)}`)),
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
