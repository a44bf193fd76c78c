import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from './files.ts';

/** Folder beside difyctl.yaml, or beside compose.yaml, for everything that must not be committed. */
export const STATE_FOLDER = '.difyctl';

/** Only the owner may enter or read: the folder holds the cache of secrets and unredacted names. */
export const STATE_MODES = { mode: 0o600, directoryMode: 0o700 } as const;

const IGNORE_ALL = '# Written by difyctl: secrets and state stay out of repositories.\n*\n';

/**
 * Writes the `.gitignore` that keeps the whole folder out of repositories, and creates the folder. Leaves an existing
 * file alone.
 */
export async function ignoreStateFolder(folder: string): Promise<void> {
  const ignore = join(folder, '.gitignore');
  const isThere = await access(ignore).then(
    () => true,
    () => false,
  );
  if (!isThere) await writeFileAtomic(ignore, IGNORE_ALL, STATE_MODES);
}
