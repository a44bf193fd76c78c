import { setTimeout as delay } from 'node:timers/promises';
import { ExternalError } from '../../../base/errors.ts';
import { encodeField } from '../../../evidence/vector-store/protobuf.ts';
import type { MilvusCalls } from './calls.ts';

/** States of common.proto. */
const STATE = { missing: 0, notLoaded: 1, loaded: 3 };
/** Milliseconds between two questions, and the longest time to load a collection. */
const POLL_MS = 500;
const LOAD_MS = 30 * 60_000;

/**
 * Calls `use` while the collection is in memory, because Milvus reads only those. Releases it again if it was not.
 * Returns undefined if the collection does not exist.
 */
export async function whileLoaded<T>(calls: MilvusCalls, name: string, use: () => Promise<T>): Promise<T | undefined> {
  const state = await stateOf(calls, name);
  if (state === STATE.missing) return undefined;
  if (state === STATE.loaded) return use();
  await load(calls, name);
  try {
    return await use();
  } finally {
    if (state === STATE.notLoaded) await calls.ask('ReleaseCollection', encodeField(3, name));
  }
}

/** Loads a collection into memory, and waits until it is there. */
export async function load(calls: MilvusCalls, name: string): Promise<void> {
  await calls.ask('LoadCollection', encodeField(3, name));
  const end = Date.now() + LOAD_MS;
  while ((await stateOf(calls, name)) !== STATE.loaded) {
    if (Date.now() > end)
      throw new ExternalError(`${calls.where} does not load the collection ${name} within 30 minutes`, {
        timedOut: true,
        next: ['check the memory of the query nodes, and run the command again'],
      });
    await delay(POLL_MS, undefined, { signal: calls.signal });
  }
}

async function stateOf(calls: MilvusCalls, name: string): Promise<number> {
  return (await calls.find('GetLoadState', encodeField(2, name)))?.number(2) ?? STATE.missing;
}
