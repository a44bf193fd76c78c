import { describe, expect, test } from 'vitest';
import { envDifference, envDigests, envMatcher } from '../../src/base/env-digests.ts';

const KEY = 'SECRET';
const ENV = { [KEY]: 'the-key', A: 'one', B: 'two' };
const digests = envDigests(ENV, KEY);

test('digests contain no value, and a new key gives other digests', () => {
  const text = JSON.stringify(digests);
  for (const value of Object.values(ENV)) expect(text).not.toContain(value);
  expect(envDigests(ENV, KEY)[KEY]).not.toBe(digests[KEY]);
  expect(envDigests({ A: 'one' }, KEY)).toEqual({});
});

describe('the differences of two .env files', () => {
  test.each<[string, Record<string, string>, object]>([
    ['nothing', ENV, { changed: [], removed: [], added: [] }],
    ['an edited value', { ...ENV, A: 'other' }, { changed: ['A'], removed: [], added: [] }],
    ['two values that change places', { ...ENV, A: 'two', B: 'one' }, { changed: ['A', 'B'], removed: [], added: [] }],
    ['a removed variable', { [KEY]: 'the-key', A: 'one' }, { changed: [], removed: ['B'], added: [] }],
    ['an added variable', { ...ENV, C: 'three' }, { changed: [], removed: [], added: ['C'] }],
  ])('%s', (_title, env, expected) => {
    expect(envDifference(digests, env, envMatcher(digests, KEY, ['the-key']))).toEqual(expected);
  });

  test('an edited key hides the others until the recorded one is known', () => {
    const edited = { ...ENV, [KEY]: 'other-key', A: 'other' };
    const only = { changed: [KEY], removed: [], added: [] };
    expect(envDifference(digests, edited, envMatcher(digests, KEY, ['other-key']))).toEqual(only);
    const both = envDifference(digests, edited, envMatcher(digests, KEY, ['other-key', 'the-key']));
    expect(both).toEqual({ ...only, changed: [KEY, 'A'] });
  });
});

test('a variable that was not recorded is reported as unknown', () => {
  expect(envMatcher(digests, KEY, ['the-key'])('C', 'x')).toBeUndefined();
  expect(envMatcher({}, KEY, ['the-key'])('A', 'one')).toBeUndefined();
  expect(envMatcher({ [KEY]: 'md5:x:y' }, KEY, ['the-key'])(KEY, 'the-key')).toBe(false);
});
