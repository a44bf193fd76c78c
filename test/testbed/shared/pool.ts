import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { isSameProcess, processIdentity } from '../../../src/rehearsal/processes/identity.ts';
import { withLock } from '../../../src/rehearsal/programs/lock.ts';
import { cacheRoot } from '../provision/cache.ts';

/** A kind of part that the files of a test run share one after another, such as Docker hosts. */
export interface Kind<T> {
  /** The name of the kind, for a folder. */
  readonly kind: string;
  readonly nameOf: (part: T) => string;
  /** Starts another part, which belongs to the run. */
  readonly start: () => Promise<T>;
  /** Connects to a part that another file started. Undefined if it no longer runs. */
  readonly attach: (name: string) => Promise<T | undefined>;
  /** Removes what a file left in the part. If it throws, the part is taken down. */
  readonly clean: (part: T) => Promise<void>;
  readonly takeDown: (name: string) => Promise<void>;
}

const ROOT = (): string => path.join(cacheRoot(), 'shared');

/** The folder of one kind's parts of a run. It has a file for each part: the user's identity, empty if it is idle. */
const folderOf = (run: string, kind: string): string => path.join(ROOT(), run.replace(' ', '-'), kind);

/** Claims a part that no other file uses at this time, or starts one. `user` is the process that uses it. */
export async function claim<T>(run: string, kind: Kind<T>, user?: string): Promise<T> {
  const folder = folderOf(run, kind.kind);
  const me = user ?? (await processIdentity(process.pid));
  for (;;) {
    const name = await claimIdle(folder, me, kind);
    if (name === undefined) break;
    const part = await kind.attach(name);
    if (part !== undefined) return part;
    await discard(folder, name, kind);
  }
  const part = await kind.start();
  await writeFile(path.join(folder, kind.nameOf(part)), me);
  return part;
}

/** The name of an idle part, which this process now holds. Takes down parts whose user ended without a release. */
async function claimIdle<T>(folder: string, me: string, kind: Kind<T>): Promise<string | undefined> {
  return await withLock(
    `${folder}.lock`,
    () => undefined,
    async () => {
      await mkdir(folder, { recursive: true });
      for (const name of await readdir(folder)) {
        const user = await readFile(path.join(folder, name), 'utf8');
        if (user !== '' && !(await isSameProcess(user))) await discard(folder, name, kind);
        if (user !== '') continue;
        await writeFile(path.join(folder, name), me);
        return name;
      }
      return undefined;
    },
  );
}

/** Cleans a claimed part and makes it available to the next file. */
export async function release<T>(run: string, kind: Kind<T>, part: T): Promise<void> {
  const folder = folderOf(run, kind.kind);
  const name = kind.nameOf(part);
  try {
    await kind.clean(part);
  } catch (error) {
    process.stderr.write(`testbed: ${kind.kind} ${name} is taken down, because its cleanup failed: ${error}\n`);
    await discard(folder, name, kind);
    return;
  }
  await writeFile(path.join(folder, name), '');
}

async function discard<T>(folder: string, name: string, kind: Kind<T>): Promise<void> {
  await kind.takeDown(name);
  await rm(path.join(folder, name), { force: true });
}

/** Takes down every part of the run, and removes what killed runs recorded. */
export async function endRun(run: string, kinds: readonly Pick<Kind<unknown>, 'kind' | 'takeDown'>[]): Promise<void> {
  for (const { kind, takeDown } of kinds) {
    for (const name of await readdir(folderOf(run, kind)).catch(() => [])) await takeDown(name);
  }
  for (const other of await readdir(ROOT()).catch(() => [])) {
    const identity = other.replace('-', ' ');
    if (identity !== run && (await isSameProcess(identity))) continue;
    await rm(path.join(ROOT(), other), { recursive: true, force: true });
  }
}
