import { type Collector, evidenceKey } from './evidence.ts';

export const CLOCK = evidenceKey<{ readonly now: string }>('clock.now', 1);

/** The time of collection as evidence, so that saved evidence is judged as of the day it was collected. */
export const clockCollector: Collector<{ readonly now: string }> = {
  key: CLOCK,
  timeoutMs: 1_000,
  collect: async (context) => ({ now: context.now().toISOString() }),
};
