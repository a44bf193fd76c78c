import { expect, it } from 'vitest';
import { jsonDocuments } from '../../src/exec/json-documents.ts';

it('puts one document on each line, with nothing between them', () => {
  expect(jsonDocuments([{ a: 1 }, { b: 'x\n---\ny' }])).toBe('{"a":1}\n{"b":"x\\n---\\ny"}\n');
});
