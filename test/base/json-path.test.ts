import { expect, it } from 'vitest';
import { at, entriesAt, labelsAt, listAt, numberAt, optionalTextAt, textAt } from '../../src/base/json-path.ts';

const ANSWER = {
  name: 'api',
  nodes: [{ name: 'a' }, 'b'],
  count: '3',
  size: 4,
  empty: '',
  labels: { tier: 'prod', replicas: 2 },
};

it('a path follows keys of objects and indices of lists', () => {
  expect(at(ANSWER, 'nodes', 0, 'name')).toBe('a');
  expect(at(ANSWER, 'nodes', 'length')).toBeUndefined();
  expect(at(ANSWER, 'name', 0)).toBeUndefined();
  expect(at(ANSWER, 'missing', 'name')).toBeUndefined();
  expect(at(ANSWER)).toBe(ANSWER);
});

it('a text that is missing is empty, or undefined if the caller asks', () => {
  expect([textAt(ANSWER, 'name'), textAt(ANSWER, 'size'), textAt(null, 'name')]).toEqual(['api', '', '']);
  expect(optionalTextAt(ANSWER, 'empty')).toBe('');
  expect(optionalTextAt(ANSWER, 'size')).toBeUndefined();
});

it('a number may be sent as text', () => {
  expect([numberAt(ANSWER, 'count'), numberAt(ANSWER, 'size')]).toEqual([3, 4]);
  expect([numberAt(ANSWER, 'empty'), numberAt(ANSWER, 'name'), numberAt(Number.NaN)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it('a list or an object that is missing is empty', () => {
  expect([listAt(ANSWER, 'nodes').length, listAt(ANSWER, 'name')]).toEqual([2, []]);
  expect(entriesAt(ANSWER, 'labels')).toEqual([
    ['tier', 'prod'],
    ['replicas', 2],
  ]);
  expect(entriesAt(ANSWER, 'nodes')).toEqual([]);
  expect(labelsAt(ANSWER, 'labels')).toEqual({ tier: 'prod' });
});
