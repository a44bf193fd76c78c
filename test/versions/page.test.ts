import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { versionsPage } from './page.ts';

const PAGE = fileURLToPath(new URL('../../docs/dify-versions.md', import.meta.url));

test('docs/dify-versions.md matches src/versions', async () => {
  if (process.env.UPDATE_GOLDEN === '1') await writeFile(PAGE, versionsPage());
  expect(await readFile(PAGE, 'utf8')).toBe(versionsPage());
});
