import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CASES } from '../reliability/cases.ts';
import { reliabilityPage } from '../reliability/page.ts';

const PAGE = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));

it('every case of reliability names a test that exists', async () => {
  for (const { test } of CASES) {
    const text = await readFile(new URL(`../${test.file}`, import.meta.url), 'utf8');
    expect(text.replaceAll("\\'", "'").includes(test.title), `${test.file}: ${test.title}`).toBe(true);
  }
});

it('docs/reliability.md is the cases', async () => {
  if (process.env.UPDATE_GOLDEN === '1') await writeFile(PAGE, reliabilityPage());
  expect(await readFile(PAGE, 'utf8')).toBe(reliabilityPage());
});
