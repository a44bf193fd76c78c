import { expect, test } from 'vitest';
import { RETIRED, type RetiredWord } from './retired.ts';
import { pages, sourceStrings, type UserText } from './texts.ts';

const texts = [...(await pages()), ...(await sourceStrings())];

/** Every use of a retired word, with its place and the word to use: `docs/x.md: …text…: use "fix"`. */
function uses(of: readonly UserText[], retired: readonly RetiredWord[]): string[] {
  return of.flatMap(({ file, text }) =>
    retired.flatMap(({ pattern, instead }) =>
      [...text.matchAll(new RegExp(`\\b(?:${pattern})\\b`, 'gi'))].map(
        ({ index, 0: word }) =>
          `${file}: "${text.slice(Math.max(0, index - 20), index + word.length + 20)}": use ${instead}`,
      ),
    ),
  );
}

test('finds a retired word in a page and in a message', () => {
  const retired = [{ pattern: 'mends?', instead: 'fix' }];
  const samples = [
    { file: 'docs/a.md', text: 'Mend that, then run it again.' },
    { file: 'src/b.ts', text: 'waiting mends' },
    { file: 'src/c.ts', text: 'recommends, amend' },
  ];
  expect(uses(samples, retired)).toEqual([
    'docs/a.md: "Mend that, then run it a": use fix',
    'src/b.ts: "waiting mends": use fix',
  ]);
});

test('the texts are those of the whole program', () => {
  const files = new Set(texts.map(({ file }) => file.split('/').at(-1)));
  expect(['README.md', 'checks.md', 'questions.md', 'bucket-commands.ts'].filter((name) => !files.has(name))).toEqual(
    [],
  );
});

test('no text that users read has a retired word', () => {
  expect(uses(texts, RETIRED)).toEqual([]);
});
