import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { boundedJson } from '../../base/bounded-json.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { refuseLink } from '../links.ts';
import { LOCK_SECONDS, LOCK_VERSION, type LockRecord, lockRecordSchema } from './record.ts';
import type { LockStore } from './store.ts';

const lockFile = z.object({ record: lockRecordSchema, renewedAt: z.number() });

/** Returns a lock store that keeps the lock in a file, with the content of a Lease. The file's text is its version. */
export function fileStore(path: string, now: () => number): LockStore {
  const text = (record: LockRecord): string => `${JSON.stringify({ record, renewedAt: now() }, null, 2)}\n`;
  return {
    read: async () => {
      const version = await content(path);
      if (version === undefined) return undefined;
      const parsed = parse(version);
      // Not JSON: a partly written lock, which no run renews. JSON of another form may be a newer difyctl's lock, and
      // is watched like any other.
      if (parsed === undefined)
        return { record: UNKNOWN_HOLDER, durationMs: isJson(version) ? LOCK_SECONDS * 1000 : 0, version };
      return { record: parsed.record, durationMs: LOCK_SECONDS * 1000, version };
    },
    create: async (record) => {
      await refuseLink(dirname(path));
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      return placed(path, text(record));
    },
    replace: async (record, version) => {
      const next = text(record);
      if (parse(version)?.record.run === record.run) {
        if ((await content(path)) !== version) return undefined;
        await writeFileAtomic(path, next, { mode: 0o600 });
        return next;
      }
      return (await takenAway(path, version)) ? placed(path, next) : undefined;
    },
    remove: async (version) => {
      await takenAway(path, version);
    },
  };
}

const UNKNOWN_HOLDER: LockRecord = {
  kind: 'Lock',
  version: LOCK_VERSION,
  holder: 'unknown holder (damaged lock file)',
  run: '',
  since: '',
  space: '',
  pid: 0,
  startTime: '',
  children: [],
};

/** Creates the file with a hard link, which is atomic and fails if the file exists. Returns undefined if it exists. */
async function placed(path: string, text: string): Promise<string | undefined> {
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
  try {
    await link(temporary, path);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Renames the lock, which only one run can do, and deletes it. If another run had replaced it meanwhile, puts it back
 * and returns false.
 */
async function takenAway(path: string, version: string): Promise<boolean> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  const same = (await content(aside)) === version;
  if (!same) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
  return same;
}

async function content(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

function isJson(text: string): boolean {
  try {
    boundedJson(text);
    return true;
  } catch {
    return false;
  }
}

function parse(text: string): z.output<typeof lockFile> | undefined {
  try {
    return lockFile.safeParse(boundedJson(text)).data;
  } catch {
    return undefined;
  }
}
