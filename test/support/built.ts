import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Path of the launcher of the built program. Builds it first if a source is newer than the bundle. */
export async function builtProgram(): Promise<string> {
  const bundle = await modified(join(ROOT, 'dist', 'main.js'));
  const sources = await readdir(join(ROOT, 'src'), { recursive: true });
  const youngest = Math.max(...(await Promise.all(sources.map((name) => modified(join(ROOT, 'src', name))))));
  if (youngest > bundle) await promisify(execFile)(process.execPath, ['build.mjs'], { cwd: ROOT });
  return join(ROOT, 'bin', 'difyctl.js');
}

/** Modification time in milliseconds; 0 if the file does not exist. */
async function modified(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
