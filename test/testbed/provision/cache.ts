import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

/** The testbed's folder under the user's cache folder: programs, images and run-time data live below it. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_CACHE_HOME;
  // The XDG rule: a relative path is to be ignored.
  const cache = base !== undefined && path.isAbsolute(base) ? base : path.join(homedir(), '.cache');
  return path.join(cache, 'difyctl-testbed');
}

const RECORD = 'SHA256SUMS';

/**
 * Records the digests of a folder's files (paths relative to it) in the form that `sha256sum --check` reads. Written
 * last and at once, the record is also the sign that the folder is complete.
 */
export async function recordDigests(folder: string, files: readonly string[]): Promise<void> {
  const lines = await Promise.all(files.map(async (file) => `${await sha256(path.join(folder, file))}  ${file}`));
  await writeRecord(path.join(folder, RECORD), lines);
}

async function writeRecord(record: string, lines: readonly string[]): Promise<void> {
  const partial = `${record}.${randomUUID()}`;
  await writeFile(partial, `${lines.join('\n')}\n`);
  await rename(partial, record);
}

/**
 * Whether the folder is complete and the bytes of its recorded files are still those that were recorded. They are read
 * only where a file was touched since (its ctime, which nobody can set back, is newer than the record), as after a copy
 * of the whole cache.
 */
export async function isIntact(folder: string): Promise<boolean> {
  const record = path.join(folder, RECORD);
  try {
    const recordedAt = (await stat(record)).mtimeMs;
    const lines = (await readFile(record, 'utf8')).trim().split('\n');
    const files = lines.map((line) => ({ digest: line.slice(0, 64), file: path.join(folder, line.slice(66)) }));
    let read = false;
    for (const { digest, file } of files) {
      // Both times come from the kernel's own clock, which ticks every few milliseconds: equal says nothing.
      if ((await stat(file)).ctimeMs < recordedAt) continue;
      if ((await sha256(file)) !== digest) return false;
      read = true;
    }
    // What was compared just now need not be again. The cache may be somebody else's, to read only.
    if (read) await writeRecord(record, lines).catch(() => undefined);
    return true;
  } catch {
    return false;
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
