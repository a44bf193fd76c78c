import { expect, it } from 'vitest';
import { isApiImage } from '../../../src/evidence/release/api-image.ts';
import { inOrder, readRecord } from '../../../src/evidence/release/record.ts';

it.each<[string, boolean]>([
  ['langgenius/dify-api:1.16.1', true],
  ['registry.example:5000/mirror/dify-api@sha256:abc', true],
  ['dify-api', true],
  ['langgenius/dify-web:1.16.1', false],
  ['langgenius/dify-api-docs:1.16.1', false],
  ['sha256:abc', false],
])('%s', (image, expected) => {
  expect(isApiImage(image)).toBe(expected);
});

it('records are read in the order of their numbers; other Secrets are ignored', () => {
  const text = (number: number) => JSON.stringify({ number, outcome: 'applied', file: { version: '1.16.1' } });
  const record = (number: number) => ({ number, outcome: 'applied', version: '1.16.1' });
  expect(inOrder([text(10), 'no JSON', '{}', text(2)].map(readRecord))).toEqual([record(2), record(10)]);
});
