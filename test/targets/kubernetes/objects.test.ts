import { expect, test } from 'vitest';
import { parseManifest } from '../../../src/targets/kubernetes/objects.ts';

test('a manifest is read as its documents, without comments and empty ones', () => {
  const text = '---\n# Source: a\n---\napiVersion: v1\nkind: Service\nmetadata: { name: a }\n---\n# password: x\n';
  expect(parseManifest(text)).toEqual([{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' } }]);
});

test.each(['a: [1', 'kind: Service', '- 1'])(
  'a document that is not an object (%s) is an error of the chart',
  (text) => {
    expect(() => parseManifest(text)).toThrow('the chart renders');
  },
);
