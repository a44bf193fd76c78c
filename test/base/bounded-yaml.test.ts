import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { boundedYaml, YamlFault } from '../../src/base/bounded-yaml.ts';
import { aliasBomb } from '../support/alias-bomb.ts';

test.each(['', '# none\n', '---\na: 1\n---\n- "x: [y"\n- {b: null}\n...\n', 'a: |\n  b: c\n  - d\n', 'hello'])(
  '%j is read as the library reads it',
  (text) => {
    expect(boundedYaml(text)).toEqual(parseAllDocuments(text).map((document): unknown => document.toJS()));
  },
);

test('an alias stands for its value', () => {
  expect(boundedYaml(`a: &a [x, x]\nb: [${'*a,'.repeat(200)}]\n`)).toEqual([
    { a: ['x', 'x'], b: Array.from({ length: 200 }, () => ['x', 'x']) },
  ]);
});

test('if a key is repeated, its last value counts', () => {
  expect(boundedYaml('a: 1\na: 2\n')).toEqual([{ a: 2 }]);
});

test.each<[string, string, string]>([
  ['cut off', 'a: 1\nb: [hunter2', 'is not valid YAML, line 2'],
  ['aliases that multiply', aliasBomb(30), 'is YAML with aliases that multiply'],
  ['a value that contains itself', 'a: &a [b, *a]\n', 'is YAML with aliases that multiply'],
  ['lists in lists', '['.repeat(20_000) + ']'.repeat(20_000), 'is not valid YAML, line 1'],
  ['a large document', '- 1\n'.repeat(60_000), 'is YAML with too many values'],
  ['many documents', 'a: 1\n---\n'.repeat(200_000), 'is YAML with too many values'],
])('%s is refused', (_title, text, message) => {
  expect(() => boundedYaml(text)).toThrow(new YamlFault(message));
});
