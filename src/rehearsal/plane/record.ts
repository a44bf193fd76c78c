import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { tryBoundedJson } from '../../base/bounded-json.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { storedHead } from '../../base/stored-document.ts';
import { processSpace } from '../../state/lock/process.ts';
import { type Daemon, findMarked, killDaemons } from '../processes/daemon.ts';
import { isSameProcess, processIdentity } from '../processes/identity.ts';

const VERSION = 1;
const FILE = 'plane.json';

const schema = z.object({
  kind: z.literal('RehearsalPlane'),
  version: z.literal(VERSION),
  /** The run that made it: `pid start-time`, in `space`. */
  owner: z.string(),
  /** Boot and PID namespace in which process ids are unique. */
  space: z.string(),
  daemons: z.array(z.object({ name: z.string(), identity: z.string() })),
});

/** The folder of one throwaway control plane, and the programs that run in it. */
export interface PlaneRecord {
  readonly folder: string;
  /** Records a program that was started. */
  add(daemon: Daemon): Promise<void>;
  /** Ends the programs and removes the folder. */
  remove(): Promise<void>;
}

const runFolder = (cache: string): string => path.join(cache, 'run');

/** Makes a folder of this user alone, with a record that lets the next run remove it if this run is killed. */
export async function openPlane(cache: string): Promise<PlaneRecord> {
  const folder = path.join(runFolder(cache), randomBytes(6).toString('hex'));
  await mkdir(path.join(folder, 'logs'), { recursive: true, mode: 0o700 });
  const owner = await processIdentity(process.pid);
  const space = await processSpace();
  const daemons: Daemon[] = [];
  const write = (): Promise<void> => {
    const document = { ...storedHead('RehearsalPlane', VERSION), owner, space, daemons };
    return writeFileAtomic(path.join(folder, FILE), `${JSON.stringify(document)}\n`, { mode: 0o600 });
  };
  await write();
  return {
    folder,
    add: async (daemon) => {
      daemons.push(daemon);
      await write();
    },
    remove: () => removeFolder(folder, daemons),
  };
}

async function removeFolder(folder: string, daemons: readonly Daemon[]): Promise<void> {
  await killDaemons([...daemons, ...(await findMarked(folder))]);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** A folder without a record belongs to a run that is starting, or was killed then. */
const STARTING_MS = 60_000;

/**
 * Removes the control planes of runs that were killed. Returns the number. Leaves those of other PID namespaces, and
 * records of a newer difyctl, alone.
 */
export async function removeAbandonedPlanes(cache: string): Promise<number> {
  const names = await readdir(runFolder(cache)).catch(() => []);
  let removed = 0;
  for (const name of names) {
    const folder = path.join(runFolder(cache), name);
    const daemons = await abandonedDaemons(folder);
    if (daemons === undefined) continue;
    await removeFolder(folder, daemons);
    removed += 1;
  }
  return removed;
}

/** Returns the recorded programs of an abandoned control plane. Undefined if it is not abandoned. */
async function abandonedDaemons(folder: string): Promise<readonly Daemon[] | undefined> {
  const text = await readFile(path.join(folder, FILE), 'utf8').catch(() => undefined);
  if (text === undefined) {
    const made = await stat(folder).catch(() => undefined);
    return made !== undefined && Date.now() - made.mtimeMs > STARTING_MS ? [] : undefined;
  }
  const { data } = schema.safeParse(tryBoundedJson(text));
  if (data === undefined) return undefined;
  const here = await processSpace();
  if (data.space === here) return (await isSameProcess(data.owner)) ? undefined : data.daemons;
  // After a boot, no recorded program runs any more, and its pid may be another program's.
  return bootOf(data.space) === bootOf(here) ? undefined : [];
}

const bootOf = (space: string): string => space.split(' ')[0] ?? '';
