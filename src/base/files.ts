import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** The end of a temporary file's name, after the name of the file that it becomes. */
const TEMPORARY = /^[0-9a-f]{12}\.tmp$/;
/** Milliseconds. No file takes as long to write: an older temporary file was left by a run that was killed. */
const LEFT_MS = 10 * 60_000;

/**
 * Writes a file so that a reader sees the old or the new content, never a part: temporary file beside it, fsync,
 * rename. `mode` (default 0644) applies from the first byte on. Creates missing parent folders (`directoryMode`,
 * default 0755). Throws the system's error, with `path` set to this path.
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  options: { readonly mode?: number; readonly directoryMode?: number } = {},
): Promise<void> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: options.directoryMode ?? 0o755 });
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', options.mode ?? 0o644);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await removeLeftovers(path);
  } catch (error) {
    await rm(temporary, { force: true });
    // The user knows the file, not the temporary one beside it. An error of a full disk names no path at all.
    throw error instanceof Error ? Object.assign(error, { path }) : error;
  }
  await syncDirectory(directory);
}

/** Removes the temporary files of runs that were killed while they wrote this file: they may hold secrets. */
async function removeLeftovers(path: string): Promise<void> {
  const directory = dirname(path);
  const start = `.${basename(path)}.`;
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(start) && TEMPORARY.test(one.slice(start.length)))) {
    const left = join(directory, name);
    const kind = await lstat(left).catch(() => undefined);
    // A younger file may belong to another run that is still writing.
    if (kind?.isFile() === true && Date.now() - kind.mtimeMs > LEFT_MS) await rm(left, { force: true });
  }
}

/** Makes a rename durable. Does nothing on file systems that cannot sync a folder. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  if (handle === undefined) return;
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}
