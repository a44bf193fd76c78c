import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Returns the text of a file of the published package (`docs/…`, `templates/…`). Throws Error if it is missing.
 */
export function packageFile(path: string): string {
  return readFileSync(packagePath(path), 'utf8');
}

/**
 * Returns the absolute path of a file or folder of the published package. It is beside dist/ in the package, and some
 * folders up from the sources. Throws Error if it is missing.
 */
export function packagePath(path: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const found = join(folder, path);
    if (existsSync(found)) return found;
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`${path} is missing from this installation`);
    folder = parent;
  }
}
