import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { isSameProcess, processIdentity } from '../processes/identity.ts';

const POLL_MS = 300;

/**
 * Runs `work` while this process holds the lock file, and no other process of this machine does. Takes over a lock
 * whose holder has ended. Calls `onWait` once with the holder if it has to wait.
 */
export async function withLock<T>(file: string, onWait: (holder: string) => void, work: () => Promise<T>): Promise<T> {
  await mkdir(path.dirname(file), { recursive: true });
  const mine = `${file}.${randomUUID()}`;
  await writeFile(mine, await processIdentity(process.pid));
  try {
    await acquire(file, mine, onWait);
    try {
      return await work();
    } finally {
      await rm(file, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
}

async function acquire(file: string, mine: string, onWait: (holder: string) => void): Promise<void> {
  let told = false;
  for (;;) {
    // A hard link appears together with its content, so a reader never sees a lock without its holder.
    try {
      await link(mine, file);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await readFile(file, 'utf8').catch(() => undefined);
    if (holder === undefined) continue;
    if (!(await isSameProcess(holder))) {
      await removeDead(file, holder);
      continue;
    }
    if (!told) onWait(holder);
    told = true;
    await delay(POLL_MS);
  }
}

/** Removes the lock of an ended holder. If another process took it over meanwhile, its lock is restored. */
async function removeDead(file: string, holder: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, 'utf8')) !== holder) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}
