import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, it } from 'vitest';

import { withinMs } from '../../src/base/time-limit.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const ended = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(signal.reason), { once: true });
  });

describe('a time limit', () => {
  it('fires, also after a garbage collection, and inside another limit', async () => {
    const outer = withinMs(60_000, new AbortController().signal);
    const end = ended(withinMs(30, outer));
    const collecting = setInterval(collectGarbage, 1);
    expect(await end).toMatchObject({ name: 'TimeoutError' });
    clearInterval(collecting);
  });

  it('aborts with the first of its signals, for the reason of that signal', async () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const end = ended(withinMs(60_000, one.signal, withinMs(60_000, other.signal)));
    other.abort('enough');
    expect(await end).toBe('enough');
  });

  it('is aborted from the start if one of its signals was', () => {
    expect(withinMs(60_000, AbortSignal.abort('before')).reason).toBe('before');
  });
});
