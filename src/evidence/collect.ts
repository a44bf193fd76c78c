import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import { sharedQuestions } from '../exec/shared-questions.ts';
import { type SharedReads, sharedReads } from '../exec/shared-reads.ts';
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
import { createReadOnce } from './read-once.ts';
import { labelled, probeThroughRelay } from './relay/probe.ts';
import { holdRelay, type OpenRelay } from './relay/relay.ts';

/**
 * Concurrency limits: of collectors that run programs, and of collectors that connect to services. A service that hangs
 * costs a slot but no CPU.
 */
const PROGRAMS = 8;
const SERVICES = 24;
/** Default time limit in ms for the whole collection: longer than the start of the relay plus the slowest collector. */
const TOTAL_MS = 900_000;

export interface CollectionOptions {
  readonly totalMs?: number | undefined;
  readonly events?: GatherEvents | undefined;
  /** If present, collectors with `fromCluster` also run through the relay in the cluster. */
  readonly openRelay?: OpenRelay | undefined;
  /** Replaces collection, by key. */
  readonly savedEvidence?: readonly Evidence<unknown>[] | undefined;
  /** A kubectl that was started already; closed together with the collection. */
  readonly reads?: SharedReads | undefined;
}

/** Evidence on demand: each key is collected at most once from each origin, at the first request. */
export interface Collection {
  /** Rejects only with Interrupted, if the caller's own signal is aborted. */
  get<T>(key: EvidenceKey<T>): Promise<MergedEvidence<T>>;
  /** All evidence so far, sorted by key and origin. */
  collected(): readonly Evidence<unknown>[];
  /** Removes temporary objects. Returns a line for each that could not be removed, with the command that removes it. */
  close(): Promise<readonly string[]>;
}

/**
 * Runs collectors concurrently, each within its own time limit and all within `totalMs`. A collector that hangs or
 * throws does not stop the others. Services and programs have separate limits. A collector requested through `need`
 * starts at once and bypasses the limits; otherwise waiting collectors could deadlock it.
 */
export function createCollection(
  collectors: readonly Collector<unknown>[],
  outer: CollectContext,
  { totalMs = TOTAL_MS, events, openRelay, savedEvidence = [], ...begun }: CollectionOptions = {},
): Collection {
  // Every running collector adds a listener; Node would warn of a leak.
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
  const questions = sharedQuestions(context.runner, context.kubeArgs);
  const undoing: (() => Promise<string | undefined>)[] = [];
  const undoLater = (undo: () => Promise<string | undefined>): void => void undoing.push(undo);
  const lookFrom = (key: EvidenceKey<unknown>, own: CollectContext, need: Need): Promise<Evidence<unknown>> => {
    const collector = byKey.get(key.name);
    if (collector !== undefined) return collectOne(collector, { ...own, ...common, undoLater }, deadline, need);
    return Promise.resolve(
      missingEvidence(key, own, new CollectionError('absent', `no collector collects ${key.name}`)),
    );
  };

  const needHere = needOf((key) => known.get(key.name)?.evidence ?? local.now(key));
  const connections = { reads: reads.get, questions };
  const common = { ...connections, readOnce: createReadOnce({ ...context, ...connections }, needHere) };
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
    // A key that waits for the relay to start holds no slot of the limit.
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
      await Promise.all([reads.close(), questions.close()]);
      return left.filter((text) => text !== undefined);
    },
  };
}

/** A collection of saved evidence. A key that was not saved is `absent`. */
export function savedCollection(saved: readonly Evidence<unknown>[], context: CollectContext): Collection {
  const views = mergedByKey(saved);
  const absent = (key: EvidenceKey<unknown>) =>
    missingEvidence(key, context, new CollectionError('absent', `the saved evidence does not contain ${key.name}`));
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
    throw new CollectionError(evidence.outcome, evidence.missing ?? key.name, evidence.lacks ?? key.name);
  };
}

function sorted(all: readonly Evidence<unknown>[]): readonly Evidence<unknown>[] {
  return all.toSorted((a, b) => (`${a.key} ${a.from}` < `${b.key} ${b.from}` ? -1 : 1));
}
