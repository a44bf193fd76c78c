import { expect, test } from 'vitest';
import { settled } from '../../src/base/settled.ts';

test('both results are returned', async () => {
  expect(await settled(Promise.resolve(1), Promise.resolve('two'))).toEqual([1, 'two']);
});

test.each([0, 1])('an error of promise %i is thrown after the other has ended', async (failing) => {
  let end = (): void => undefined;
  const ended: string[] = [];
  const other = new Promise<void>((resolve) => {
    end = resolve;
  }).then(() => void ended.push('other'));
  const failed = Promise.reject(new Error('failed'));
  const result = (failing === 0 ? settled(failed, other) : settled(other, failed)).catch((error: unknown) => {
    ended.push(String(error));
  });
  end();
  await result;
  expect(ended).toEqual(['other', 'Error: failed']);
});

test('the first of two errors is thrown', async () => {
  const both = settled(Promise.reject(new Error('first')), Promise.reject(new Error('second')));
  await expect(both).rejects.toThrow('first');
});
