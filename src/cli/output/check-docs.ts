import { packageFile } from '../../base/package-file.ts';

/** Returns the sections of docs/checks.md by check id, as plain text. The page is part of the published package. */
export async function readExplanations(): Promise<ReadonlyMap<string, string>> {
  return sections(packageFile('docs/checks.md'));
}

/** Sections of the second level whose heading is a check id. */
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
