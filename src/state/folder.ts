import { chmod, mkdir } from 'node:fs/promises';
import { writeFileAtomic } from '../base/files.ts';
import { ignoreStateFolder, STATE_MODES } from '../base/state-folder.ts';
import { refuseLink } from './links.ts';
import type { StatePaths } from './paths.ts';

/** Creates the state folders (0700) and the `.gitignore` that keeps them out of every repository. */
async function ensureStateFolder(paths: StatePaths): Promise<void> {
  await refuseLink(paths.revisions);
  for (const folder of [paths.root, paths.deployment, paths.revisions]) {
    await mkdir(folder, { recursive: true, mode: STATE_MODES.directoryMode });
    await chmod(folder, STATE_MODES.directoryMode);
  }
  await ignoreStateFolder(paths.root);
}

/** Writes one file of the state atomically, 0600. Creates the folders. */
export async function writeStateFile(paths: StatePaths, path: string, content: string): Promise<void> {
  await ensureStateFolder(paths);
  await writeFileAtomic(path, content, STATE_MODES);
}
