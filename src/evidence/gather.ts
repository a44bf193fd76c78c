import type { LimitFunction } from 'p-limit';
import type { Evidence, EvidenceKey } from './evidence.ts';

export interface GatherEvents {
  readonly started?: (key: string) => void;
  readonly ended?: (evidence: Pick<Evidence<unknown>, 'key' | 'outcome' | 'durationMs'>) => void;
}

/** Evidence as it is seen from one place, each key looked at no more than once. */
export interface Gatherer {
  /** In its turn, as the limit lets it. */
  get(key: EvidenceKey<unknown>): Promise<Evidence<unknown>>;
  /** At once: for what another collector waits for while it holds its own place. */
  now(key: EvidenceKey<unknown>): Promise<Evidence<unknown>>;
  gathered(): readonly Evidence<unknown>[];
}

/** Looks by `look`, which throws Interrupted alone. */
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
