import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { ignoreStateFolder, STATE_FOLDER, STATE_MODES } from '../base/state-folder.ts';
import { deploymentJsonSchema } from './json-schema.ts';

const NEW_FILE_MODE = 0o644;

/**
 * Writes a deployment file atomically, and beside it the schema that its first line refers to. An existing file keeps
 * its mode, and a link stays a link. Throws UserError if the file is not `expected` any more (undefined: it must not
 * exist), because another process wrote it meanwhile.
 */
export async function saveDeployment(path: string, text: string, expected: string | undefined): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const current = await readFile(target, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new UserError(`${path} cannot be read: ${error.code ?? error.message}`, { cause: error });
  });
  if (current !== expected) {
    throw new UserError(`${basename(path)} was changed by another program; nothing was written`, {
      next: ['check it, and start again'],
    });
  }
  await writeSchema(dirname(path));
  if (current === text) return;
  const mode = current === undefined ? NEW_FILE_MODE : (await stat(target)).mode & 0o777;
  await writeFileAtomic(target, text, { mode }).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`${path} cannot be written: ${error.code ?? error.message}`, { cause: error });
  });
}

/** Writes `.difyctl/schema.json` for editors, and a `.gitignore` that keeps that folder out of repositories. */
async function writeSchema(directory: string): Promise<void> {
  const folder = join(directory, STATE_FOLDER);
  await ignoreStateFolder(folder);
  const text = `${JSON.stringify(deploymentJsonSchema(), null, 2)}\n`;
  await writeFileAtomic(join(folder, 'schema.json'), text, STATE_MODES);
}
