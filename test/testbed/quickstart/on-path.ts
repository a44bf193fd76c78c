import { access, constants } from 'node:fs/promises';
import path from 'node:path';

/** The path of a program on PATH. Undefined if it is not found. */
export async function onPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    if (folder === '') continue;
    try {
      await access(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
