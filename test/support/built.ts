import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withLock } from '../../src/rehearsal/programs/lock.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Path of the launcher of the built program. Builds it first if a source is newer than the bundle. */
export async function builtProgram(): Promise<string> {
  if (await isStale()) {
    // Test files run side by side: one of them builds, the others wait.
    await withLock(
      join(ROOT, 'node_modules', '.difyctl-build.lock'),
      () => undefined,
      async () => {
        if (await isStale()) await promisify(execFile)(process.execPath, ['build.mjs'], { cwd: ROOT });
      },
    );
  }
  return join(ROOT, 'bin', 'difyctl.js');
}

async function isStale(): Promise<boolean> {
  const bundle = await modified(join(ROOT, 'dist', 'main.js'));
  const sources = await readdir(join(ROOT, 'src'), { recursive: true });
  const youngest = Math.max(...(await Promise.all(sources.map((name) => modified(join(ROOT, 'src', name))))));
  return youngest > bundle;
}

/** Modification time in milliseconds; 0 if the file does not exist. */
async function modified(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
