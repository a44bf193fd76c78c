import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import { type SharedReads, sharedReads } from '../exec/kubectl-proxy.ts';
import { collectOne, missingEvidence } from './collect-one.ts';
import {
  type CollectContext,
  CollectionError,
  type Collector,
  type Evidence,
  type EvidenceKey,
  type Need,
} from './evidence.ts';
import { createGatherer, type GatherEvents, type Gatherer } from './gather.ts';
import { type MergedEvidence, mergedByKey, mergeEvidence } from './merge.ts';
import { labelled, probeThroughRelay } from './relay/probe.ts';
import { holdRelay, type OpenRelay } from './relay/relay.ts';

/** How many programs run at once, and how many services are asked at once: a service that hangs costs a place, and no processor. */
const PROGRAMS = 8;
const SERVICES = 24;
/** Milliseconds for everything where nobody says otherwise: longer than the relay's start and the slowest collector together. */
const TOTAL_MS = 900_000;

export interface CollectionOptions {
  readonly totalMs?: number | undefined;
  readonly events?: GatherEvents | undefined;
  /** Where it is given, services are looked at from the cluster too. */
  readonly openRelay?: OpenRelay | undefined;
  /** Stands in place of looking, by key. */
  readonly savedEvidence?: readonly Evidence<unknown>[] | undefined;
  /** A kubectl that was started already; closed with the rest. */
  readonly reads?: SharedReads | undefined;
}

/** Evidence on demand: each key is collected at most once from each place, when it is first asked for. */
export interface Collection {
  /** Never rejects but with Interrupted, where the caller's own signal was aborted. */
  get<T>(key: EvidenceKey<T>): Promise<MergedEvidence<T>>;
  /** All that is known so far, by key. */
  collected(): readonly Evidence<unknown>[];
  /** Removes what was made for looking; what is left, with the command that removes it. */
  close(): Promise<readonly string[]>;
}

/**
 * Runs collectors side by side, each within its own time and all within `totalMs`. One that hangs or throws never stops the others; services have
 * places of their own beside programs. What another collector `need`s starts at once, outside the limits, so that those who wait never keep it from
 * starting.
 */
export function createCollection(
  collectors: readonly Collector<unknown>[],
  outer: CollectContext,
  { totalMs = TOTAL_MS, events, openRelay, savedEvidence = [], ...begun }: CollectionOptions = {},
): Collection {
  // Every collector that is under way listens to it; Node would take so many for a leak.
  const signal = AbortSignal.any([outer.signal]);
  setMaxListeners(0, signal);
  const context = { ...outer, signal };
  const byKey = new Map(collectors.map((collector) => [collector.key.name, collector]));
  const known = mergedByKey(savedEvidence);
  const deadline = Date.now() + totalMs;
  const [programs, services] = [pLimit(PROGRAMS), pLimit(SERVICES)];
  const isService = ({ name }: EvidenceKey<unknown>) => byKey.get(name)?.fromCluster === true;
  const limitOf = (key: EvidenceKey<unknown>) => (isService(key) ? services : programs);
  const reads = begun.reads ?? sharedReads(context.runner, context.kubeArgs);
  const undoing: (() => Promise<string | undefined>)[] = [];
  const undoLater = (undo: () => Promise<string | undefined>): void => void undoing.push(undo);
  const lookFrom = (key: EvidenceKey<unknown>, own: CollectContext, need: Need): Promise<Evidence<unknown>> => {
    const collector = byKey.get(key.name);
    if (collector !== undefined) return collectOne(collector, { ...own, reads: reads.get, undoLater }, deadline, need);
    return Promise.resolve(
      missingEvidence(key, own, new CollectionError('absent', `nothing here collects ${key.name}`)),
    );
  };

  const needHere = needOf((key) => known.get(key.name)?.evidence ?? local.now(key));
  const local: Gatherer = createGatherer((key) => lookFrom(key, context, needHere), limitOf, events);
  const relay = openRelay === undefined ? undefined : holdRelay(openRelay, context, { deadline, events });
  const needThere = needOf(
    (key) => known.get(key.name)?.evidence ?? ((isService(key) ? cluster : undefined) ?? local).now(key),
  );
  const cluster: Gatherer | undefined =
    relay &&
    createGatherer(
      (key) => probeThroughRelay(relay, context, key, (own) => lookFrom(key, own, needThere)),
      limitOf,
      labelled(events),
    );
  const look = async (key: EvidenceKey<unknown>): Promise<MergedEvidence<unknown>> => {
    const views = known.get(key.name);
    if (views !== undefined) return views;
    if (relay === undefined || cluster === undefined || !isService(key)) return { evidence: await local.get(key) };
    // Whoever waits for the relay to start takes nobody's place.
    const there = relay.opened().then(
      () => cluster.get(key),
      () => cluster.now(key),
    );
    return mergeEvidence(...(await Promise.all([local.get(key), there])));
  };
  return {
    get: async <T>(key: EvidenceKey<T>) => (await look(key)) as MergedEvidence<T>,
    collected: () => sorted([...savedEvidence, ...local.gathered(), ...(cluster?.gathered() ?? [])]),
    close: async () => {
      const left = await Promise.all([...undoing.map((undo) => undo()), relay?.close()]);
      await reads.close();
      return left.filter((text) => text !== undefined);
    },
  };
}

/** Evidence that somebody else collected, judged here; what they did not collect is absent. */
export function savedCollection(saved: readonly Evidence<unknown>[], context: CollectContext): Collection {
  const views = mergedByKey(saved);
  const absent = (key: EvidenceKey<unknown>) =>
    missingEvidence(key, context, new CollectionError('absent', `the saved evidence holds no ${key.name}`));
  return {
    get: async <T>(key: EvidenceKey<T>) => (views.get(key.name) ?? { evidence: absent(key) }) as MergedEvidence<T>,
    collected: () => saved,
    close: async () => [],
  };
}

function needOf(begin: (key: EvidenceKey<unknown>) => Evidence<unknown> | Promise<Evidence<unknown>>): Need {
  return async <T>(key: EvidenceKey<T>): Promise<T> => {
    const evidence = (await begin(key)) as Evidence<T>;
    if (evidence.outcome === 'ok') return evidence.data as T;
    throw new CollectionError(evidence.outcome, evidence.missing ?? key.name);
  };
}

function sorted(all: readonly Evidence<unknown>[]): readonly Evidence<unknown>[] {
  return all.toSorted((a, b) => (`${a.key} ${a.from}` < `${b.key} ${b.from}` ? -1 : 1));
}
