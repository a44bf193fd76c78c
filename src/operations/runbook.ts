import { basename } from 'node:path';
import type { LoadedDeployment } from '../deployment/load.ts';
import { drillsFolder, readDrills } from '../recovery/drill-store.ts';
import { newestRehearsal, readRehearsals } from '../rehearsal/rehearsal-record.ts';
import { runbookText } from '../runbook/runbook.ts';
import { statePaths } from '../state/paths.ts';

/** A runbook in Markdown. */
interface Runbook {
  readonly text: string;
  /** Records that could not be read, each with the reason: their times are missing. */
  readonly unreadable: readonly string[];
}

/** Makes the runbook of a file from the file and the newest records beside it. Reads nothing else. */
export async function makeRunbook(
  { deployment, baseDirectory, path }: Pick<LoadedDeployment, 'deployment' | 'baseDirectory' | 'path'>,
  now: Date,
): Promise<Runbook> {
  const drills = await readDrills(drillsFolder(baseDirectory, deployment.name));
  const rehearsals = await readRehearsals(statePaths(baseDirectory, deployment.name));
  const text = runbookText({
    ...{ deployment, baseDirectory, file: basename(path), now },
    drill: drills.records[0],
    rehearsal: newestRehearsal(rehearsals, undefined),
  });
  return {
    text,
    unreadable: [...drills.unreadable, ...rehearsals.unreadable.map(({ file, reason }) => `${file}: ${reason}`)],
  };
}
