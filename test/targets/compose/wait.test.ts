import { expect, test } from 'vitest';
import { ExternalError, Interrupted } from '../../../src/base/errors.ts';
import type { Container } from '../../../src/targets/compose/containers.ts';
import { type PlannedService, viewServices } from '../../../src/targets/compose/services.ts';
import { isUnrecoverable, type Watch, waitForServices, whileWatched } from '../../../src/targets/compose/wait.ts';
import { container } from './containers.ts';

const WEB: PlannedService = { name: 'web', replicas: 1, isJob: false };
const view = (changes: Partial<Container>) => viewServices([WEB], [container('web', changes)]);
const STARTING = view({ health: 'starting' });
const FALLING = view({ state: 'restarting', health: 'starting', restarts: 5 });
const READY = view({});

/** Returns these states one after the other, then always the last. */
function watching(...looks: readonly ReturnType<typeof view>[]): Watch {
  const left = [...looks];
  return async () => (left.length > 1 ? left.shift() : left[0]) ?? READY;
}

const never = new AbortController().signal;

test('a service that restarts repeatedly and is not healthy is unrecoverable', () => {
  expect([STARTING, FALLING, READY].map(([one]) => one !== undefined && isUnrecoverable(one))).toEqual([
    false,
    true,
    false,
  ]);
  expect(view({ restarts: 40 }).some(isUnrecoverable)).toBe(false);
});

test('a wait ends if all services are ready, if one is unrecoverable, and at its time limit', async () => {
  const wait = (watch: Watch, until: number) => waitForServices(watch, { until, now: () => 1, signal: never });
  expect(await wait(watching(STARTING, READY), 9)).toBe(READY);
  expect(await wait(watching(FALLING), 9)).toBe(FALLING);
  expect(await wait(watching(STARTING), 1)).toBe(STARTING);
});

test('a wait that is interrupted says so', async () => {
  const signal = AbortSignal.abort();
  await expect(waitForServices(watching(STARTING), { until: 9, now: () => 1, signal })).rejects.toThrow(Interrupted);
});

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Interrupted()), { once: true });
  });

test('work is ended if a service is unrecoverable', async () => {
  expect(await whileWatched(watching(STARTING, FALLING), never, untilAborted)).toBeUndefined();
});

test('work that is interrupted or fails says so', async () => {
  const user = new AbortController();
  const work = whileWatched(watching(STARTING), user.signal, untilAborted);
  user.abort();
  await expect(work).rejects.toThrow(Interrupted);
  const failing = whileWatched(watching(STARTING), never, async () => {
    throw new ExternalError('docker ended with exit code 1');
  });
  await expect(failing).rejects.toThrow('exit code 1');
});

test('an engine that does not answer the watch does not end the work', async () => {
  const silent: Watch = async () => {
    throw new ExternalError('no answer');
  };
  expect(await whileWatched(silent, never, async () => 'done')).toBe('done');
});
