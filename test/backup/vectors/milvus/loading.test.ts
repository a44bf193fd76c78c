import { expect, it } from 'vitest';
import { whileLoaded } from '../../../../src/backup/vectors/milvus/loading.ts';
import { message, scriptedCalls } from './messages.ts';

/** Calls of a server whose collection has these states, one for each question. */
function withStates(...states: readonly number[]) {
  const left = [...states];
  return scriptedCalls((method) => (method === 'GetLoadState' ? message([2, left.shift() ?? 3]) : message()));
}

it.each<[string, readonly number[], number | undefined, readonly string[]]>([
  ['in memory', [3], 5, ['GetLoadState']],
  ['not in memory', [1, 3], 5, ['GetLoadState', 'LoadCollection', 'GetLoadState', 'ReleaseCollection']],
  ['being loaded', [2, 2, 3], 5, ['GetLoadState', 'LoadCollection', 'GetLoadState', 'GetLoadState']],
  ['missing', [0], undefined, ['GetLoadState']],
])('a collection that is %s is left as it was', async (_, states, expected, methods) => {
  const calls = withStates(...states);
  expect(await whileLoaded(calls, 'one', async () => 5)).toBe(expected);
  expect(calls.sent.map(({ method }) => method)).toEqual(methods);
});

it('a collection is released also after an error', async () => {
  const calls = withStates(1, 3);
  await expect(whileLoaded(calls, 'one', () => Promise.reject(new Error('no room')))).rejects.toThrow('no room');
  expect(calls.sent.at(-1)?.method).toBe('ReleaseCollection');
});

it('a server that does not know the collection answers with an error, which is not one', async () => {
  expect(
    await whileLoaded(
      scriptedCalls(() => undefined),
      'one',
      async () => 5,
    ),
  ).toBeUndefined();
});
