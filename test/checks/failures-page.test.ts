import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CHECKS } from '../../src/checks/registry.ts';
import { CATALOGUE } from '../failures/catalogue.ts';
import { failuresPage } from '../failures/page.ts';

const PAGE = fileURLToPath(new URL('../../docs/failures.md', import.meta.url));

it('the catalogue of failures names checks that exist', () => {
  const ids = new Set(['validate', ...CHECKS.map(({ id }) => id)]);
  const named = CATALOGUE.flatMap(({ before, after }) => [...before, ...after]);
  expect(named.filter((id) => !ids.has(id))).toEqual([]);
});

it('docs/failures.md is the catalogue', async () => {
  if (process.env.UPDATE_GOLDEN === '1') await writeFile(PAGE, failuresPage());
  expect(await readFile(PAGE, 'utf8')).toBe(failuresPage());
});
