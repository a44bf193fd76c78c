import { access, chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/files.ts';
import { refuseLink } from './links.ts';
import type { StatePaths } from './paths.ts';

/** Only the owner may enter or read: the folder holds the cache of secrets and unredacted names. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Creates the state folders (0700) and the `.gitignore` that keeps them out of every repository. */
async function ensureStateFolder(paths: StatePaths): Promise<void> {
  await refuseLink(paths.revisions);
  for (const folder of [paths.root, paths.deployment, paths.revisions]) {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    await chmod(folder, FOLDER_MODE);
  }
  const ignore = join(paths.root, '.gitignore');
  const known = await access(ignore).then(
    () => true,
    () => false,
  );
  if (!known) await writeFileAtomic(ignore, '# Written by difyctl: secrets and state stay out of repositories.\n*\n');
}

/** Writes one file of the state atomically, 0600. Creates the folders. */
export async function writeStateFile(paths: StatePaths, path: string, content: string): Promise<void> {
  await ensureStateFolder(paths);
  await writeFileAtomic(path, content, { mode: FILE_MODE, directoryMode: FOLDER_MODE });
}
