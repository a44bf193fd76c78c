import { expect, test } from 'vitest';
import { names } from '../../../../src/evidence/drift/kubernetes/managers.ts';

test.each<[string, boolean]>([
  ['k:{"name":"api"}', true],
  ['k:{"name":"web"}', false],
  ['k:{"name":', false],
  ['k:"api"', false],
  ['k:', false],
  ['f:name', false],
])('%s as the key of the item api: %s', (key, isNamed) => {
  expect(names(key, { name: 'api' })).toBe(isNamed);
});
