import type { LimitFunction } from 'p-limit';
import type { Evidence, EvidenceKey } from './evidence.ts';

export interface GatherEvents {
  readonly started?: (key: string) => void;
  readonly ended?: (evidence: Pick<Evidence<unknown>, 'key' | 'outcome' | 'durationMs'>) => void;
}

/** Evidence from one origin, each key collected at most once. */
export interface Gatherer {
  /** Waits for a slot of the key's limit. */
  get(key: EvidenceKey<unknown>): Promise<Evidence<unknown>>;
  /** Starts at once. For `need`: the caller holds a slot while it waits. */
  now(key: EvidenceKey<unknown>): Promise<Evidence<unknown>>;
  gathered(): readonly Evidence<unknown>[];
}

/** Collects with `look`, which throws only Interrupted. */
export function createGatherer(
  look: (key: EvidenceKey<unknown>) => Promise<Evidence<unknown>>,
  limitOf: (key: EvidenceKey<unknown>) => LimitFunction,
  events: GatherEvents = {},
): Gatherer {
  const begun = new Map<string, Promise<Evidence<unknown>>>();
  const queued = new Map<string, Promise<Evidence<unknown>>>();
  const finished: Evidence<unknown>[] = [];
  const run = async (key: EvidenceKey<unknown>): Promise<Evidence<unknown>> => {
    events.started?.(key.name);
    const evidence = await look(key);
    finished.push(evidence);
    events.ended?.(evidence);
    return evidence;
  };
  const now = (key: EvidenceKey<unknown>): Promise<Evidence<unknown>> => {
    const known = begun.get(key.name) ?? run(key);
    begun.set(key.name, known);
    return known;
  };
  return {
    now,
    get: (key) => {
      const known = queued.get(key.name) ?? limitOf(key)(() => now(key));
      queued.set(key.name, known);
      return known;
    },
    gathered: () => finished,
  };
}
