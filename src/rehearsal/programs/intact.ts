import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

const RECORD = 'SHA256SUMS';

/**
 * Records the digests of a folder's files (paths relative to it) in the format of `sha256sum --check`. The record is
 * written last and atomically, so it also marks the folder as complete.
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
 * True if the folder is complete and its files have the recorded digests. A file is read only if it may have changed
 * since the record, as after a copy of the whole cache: then its ctime, which no program can set back, is newer than
 * the record.
 */
export async function isIntact(folder: string): Promise<boolean> {
  const record = path.join(folder, RECORD);
  try {
    const recordedAt = (await stat(record)).mtimeMs;
    const lines = (await readFile(record, 'utf8')).trim().split('\n');
    const files = lines.map((line) => ({ digest: line.slice(0, 64), file: path.join(folder, line.slice(66)) }));
    let read = false;
    for (const { digest, file } of files) {
      // Both times are from the kernel's clock, which ticks every few milliseconds: equal times prove nothing.
      if ((await stat(file)).ctimeMs < recordedAt) continue;
      if ((await sha256(file)) !== digest) return false;
      read = true;
    }
    // Files that were compared now need no comparison next time. The cache may belong to another user and be read-only.
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
