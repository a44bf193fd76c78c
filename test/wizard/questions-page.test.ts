import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { QUESTIONS } from '../../src/wizard/questions/all.ts';
import { questionsPage } from '../../src/wizard/questions-page.ts';

test('docs/questions.md is current (difyctl init --questions > docs/questions.md)', async () => {
  const page = await readFile(new URL('../../docs/questions.md', import.meta.url), 'utf8');
  expect(page).toBe(questionsPage());
});

test('every question is on the page once', () => {
  const headings = questionsPage().match(/^### `[^`]+`/gm) ?? [];
  expect(headings.map((heading) => heading.slice(5, -1)).sort()).toEqual(QUESTIONS.map(({ id }) => id).sort());
});
