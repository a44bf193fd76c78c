import { randomBytes } from 'node:crypto';
import type { Driver } from '../../storage/driver.ts';
import type { Failure, FailureKind } from '../../storage/facts.ts';
import { StorageError } from '../../storage/signed-client.ts';
import type { ObjectFacts, Step } from './facts.ts';

/**
 * Longer than one line, and random bytes instead of text, so that a proxy that rewrites or compresses content is
 * detected.
 */
const PROBE_BYTES = 1024;

/** Failures of an object step that do not end the probe: the bucket exists and the key is valid. */
const PASSING: readonly FailureKind[] = ['denied', 'locked', 'full', 'missing', 'unsupported'];

export type Probed = { readonly stopped: Failure } | { readonly objects: ObjectFacts };

/**
 * Lists the bucket; puts, gets, lists and deletes one object, as Dify does; and reads the bucket's settings. The probe
 * object is always removed, with its versions if the key may; `cleaner` does it, which outlives the time limit of the
 * rest. An object of `largest` bytes is announced, but never sent.
 */
export async function probeBucket(driver: Driver, cleaner: Driver, largest: number): Promise<Probed> {
  const key = `difyctl-probe-${randomBytes(8).toString('hex')}`;
  const body = randomBytes(PROBE_BYTES);
  const door = await attempt(() => driver.list(key));
  if (isStop(door.step)) return { stopped: door.step };
  const versions = new Set<string>();
  let mayExist = true;
  try {
    const put = await attempt(() => driver.put(key, body));
    // If the list succeeded, a put does not fail because of the key or the address.
    if (door.step !== 'ok' && isStop(put.step)) return { stopped: put.step };
    note(versions, put.value?.version);
    // A put without an answer may still create the object, even after it was removed.
    const isPending = isStop(put.step);
    mayExist = put.step === 'ok' || isPending;
    const got = await attempt(() => driver.get(key));
    const list = await attempt(() => driver.list(key));
    const anonymous = await attempt(() => driver.anonymous(key));
    const written = put.step === 'ok' ? await attempt(async () => driver.anonymousPut?.(key, body)) : undefined;
    note(versions, written?.value?.version);
    const size = put.step === 'ok' ? await attempt(async () => driver.refusesSize?.(key, largest)) : undefined;
    const settings = await driver.settings();
    const remove = await attempt(() => driver.remove(key));
    note(versions, remove.value?.mark);
    const old = await attempt(async () => driver.oldVersions?.(key) ?? []);
    for (const version of old.value ?? []) versions.add(version);
    const kept = await clean(cleaner, key, versions, isPending || (mayExist && !isDone(remove.step)));
    mayExist = false;
    return {
      objects: {
        put: put.step,
        get: put.step === 'ok' ? got.step : withoutObject(got.step, door.step),
        list: list.step,
        remove: isDone(remove.step) ? 'ok' : remove.step,
        altered: got.value !== undefined && !body.equals(got.value),
        ...(isDone(put.step) && old.step === 'ok' ? { versioned: versions.size > 0 } : {}),
        anonymous: { ...(anonymous.value ?? { read: false, list: false }), write: written?.value !== undefined },
        ...(size?.value === true ? { tooLarge: largest } : {}),
        ...(kept ? { kept: key } : {}),
        settings,
      },
    };
  } finally {
    if (mayExist) await clean(cleaner, key, versions, true);
  }
}

function note(versions: Set<string>, version: string | undefined): void {
  if (version !== undefined) versions.add(version);
}

interface Attempt<T> {
  readonly step: Step;
  readonly value?: T;
}

async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { step: 'ok', value: await work() };
  } catch (error) {
    if (error instanceof StorageError) return { step: error.failure };
    throw error;
  }
}

function isStop(step: Step): step is Failure {
  return step !== 'ok' && !PASSING.includes(step.kind);
}

/** A missing object counts as deleted. */
function isDone(step: Step): boolean {
  return step === 'ok' || step.kind === 'missing';
}

/**
 * Whether objects may be read, from a get of an object that does not exist. Undefined if the list is refused too: then
 * a refusal proves nothing.
 */
function withoutObject(get: Step, list: Step): Step | undefined {
  if (isDone(get)) return 'ok';
  return list === 'ok' ? get : undefined;
}

/** Removes the object and its versions; returns true if some could not be removed. */
async function clean(driver: Driver, key: string, versions: ReadonlySet<string>, isThere: boolean): Promise<boolean> {
  let stays = false;
  if (isThere) stays = !isDone((await attempt(() => driver.remove(key))).step);
  for (const version of versions) stays = !isDone((await attempt(() => driver.purge(key, version))).step) || stays;
  return stays;
}
