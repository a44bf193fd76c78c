import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/files.ts';
import { STATE_FOLDER, STATE_MODES } from '../base/state-folder.ts';
import { DRILLS_FOLDER, type DrillRecord, readDrillRecord } from './drill-record.ts';

/** The records of a deployment. */
export interface DrillRecords {
  /** Newest first. */
  readonly records: readonly DrillRecord[];
  /** Names of files that could not be read, each with the reason. */
  readonly unreadable: readonly string[];
}

const NAME = /^drill-[0-9TZ]+\.json$/;
/** The newest files that are read. */
const MOST = 20;

/** Returns the folder of the records of a deployment. `baseDirectory`: the folder of difyctl.yaml. */
export function drillsFolder(baseDirectory: string, name: string): string {
  return join(baseDirectory, STATE_FOLDER, name, DRILLS_FOLDER);
}

/** Reads the newest 20 records. None if the folder does not exist. */
export async function readDrills(folder: string): Promise<DrillRecords> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => NAME.test(name));
  const read = await Promise.all(
    names
      .toSorted()
      .toReversed()
      .slice(0, MOST)
      .map(async (name) => ({ name, record: await readOne(join(folder, name)) })),
  );
  return {
    records: read.flatMap(({ record }) => ('reason' in record ? [] : [record])),
    unreadable: read.flatMap(({ name, record }) => ('reason' in record ? [`${name}: ${record.reason}`] : [])),
  };
}

async function readOne(path: string): Promise<DrillRecord | { readonly reason: string }> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? { reason: 'it cannot be read' } : readDrillRecord(text);
}

/** Stores a record (0600). Returns its path. */
export async function writeDrill(folder: string, record: DrillRecord): Promise<string> {
  const path = join(folder, `drill-${record.at.replaceAll(/[-:]|\.\d+/g, '')}.json`);
  await writeFileAtomic(path, `${JSON.stringify(record, null, 2)}\n`, STATE_MODES);
  return path;
}
