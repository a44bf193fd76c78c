import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Returns the text of a file of the published package (`docs/…`, `templates/…`). The file is beside dist/ in the
 * package, and some folders up from the sources. Throws Error if it is missing.
 */
export function packageFile(path: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const text = readIfThere(join(folder, path));
    if (text !== undefined) return text;
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`${path} is missing from this installation`);
    folder = parent;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
