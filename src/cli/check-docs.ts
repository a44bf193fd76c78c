import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PAGE = join('docs', 'checks.md');

/** The sections of docs/checks.md by check id, as plain text. The page is part of the published package. */
export async function readExplanations(): Promise<ReadonlyMap<string, string>> {
  return sections(await readPage());
}

/** Sections of second level whose heading is an id. */
function sections(page: string): ReadonlyMap<string, string> {
  const parts = page.split(/^## /m).slice(1);
  return new Map(
    parts.flatMap((part) => {
      const [heading = '', ...rest] = part.split('\n');
      const id = heading.trim();
      return /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$/.test(id) ? [[id, rest.join('\n').trim()] as const] : [];
    }),
  );
}

/** Beside dist/ in the package, two folders up from the sources. */
async function readPage(): Promise<string> {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const page = await readFile(join(folder, PAGE), 'utf8').catch(() => undefined);
    if (page !== undefined) return page;
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`${PAGE} is missing from this installation`);
    folder = parent;
  }
}
