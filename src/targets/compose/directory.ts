import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import type { RenderedFile } from '../../render/rendered.ts';

/**
 * The directory holds every secret of the installation, so only the owner may enter it. Containers can still read the
 * mounts below it.
 */
const DIRECTORY_MODE = 0o700;

/** Files by path, relative to the directory. */
export type Paths = readonly { readonly path: string }[];

/**
 * Creates the directory for the owner alone (0700). Does not change an existing one. Throws UserError if it cannot be
 * created.
 */
export async function ensureDirectory(directory: string): Promise<void> {
  await explained(directory, () => makeFolder(directory));
}

/**
 * Replaces Node's own `recursive`, which never ends if the file system neither has nor creates a folder of that name,
 * as below /proc.
 */
async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent);
  await mkdir(path, { mode: DIRECTORY_MODE }).catch(async (error: unknown) => {
    // Another process may have created it meanwhile.
    if (!(await isFolder(path))) throw error;
  });
}

async function isFolder(path: string): Promise<boolean> {
  return (await ifThere(() => stat(path)))?.isDirectory() ?? false;
}

/**
 * Writes the set, each file atomically, and deletes those of `earlier` that the set does not have. Throws UserError if
 * it cannot.
 */
export async function writeFiles(
  directory: string,
  files: readonly RenderedFile[],
  earlier: Paths | undefined,
): Promise<void> {
  await ensureDirectory(directory);
  await explained(directory, async () => {
    for (const { path, content, mode } of files) {
      const isSame = (await contentOf(directory, path)) === content;
      if (!isSame || (await isLooser(directory, path, mode)))
        await writeFileAtomic(join(directory, path), content, { mode });
    }
    for (const path of droppedPaths(files, earlier)) await rm(join(directory, path), { force: true });
  });
}

/** Writes the set's `.env` if it does not exist yet. */
export async function keepEnvFile(directory: string, files: readonly RenderedFile[]): Promise<void> {
  if ((await contentOf(directory, '.env')) !== undefined) return;
  const own = files.filter(({ path }) => path === '.env');
  await writeFiles(directory, own, undefined);
}

/** Returns the current content of those of these files that exist, for a rollback. */
export async function snapshot(directory: string, files: Paths): Promise<readonly RenderedFile[]> {
  const paths = [...new Set(files.map(({ path }) => path))].filter(isInside);
  const found = await Promise.all(
    paths.map(async (path) => ({
      path,
      content: await contentOf(directory, path),
      mode: (await modeOf(directory, path)) ?? 0o600,
    })),
  );
  return found.flatMap(({ path, mode, content }) =>
    content === undefined ? [] : [{ path, content, mode: (mode & 0o044) === 0 ? 0o600 : 0o644 }],
  );
}

/**
 * Returns the paths of `earlier` that the set does not have. Skips paths outside the directory, whatever a revision
 * says.
 */
export function droppedPaths(files: Paths, earlier: Paths | undefined): readonly string[] {
  const kept = new Set(files.map(({ path }) => path));
  return (earlier ?? []).map(({ path }) => path).filter((path) => !kept.has(path) && isInside(path));
}

/**
 * Returns the text of a file in the directory. Returns undefined if it does not exist. Throws UserError if it cannot be
 * read.
 */
export async function contentOf(directory: string, path: string): Promise<string | undefined> {
  return explained(directory, () => ifThere(() => readFile(join(directory, path), 'utf8')));
}

/** Returns true if the file's mode allows more than `mode`. It may allow less because of the user's umask. */
export async function isLooser(directory: string, path: string, mode: number): Promise<boolean> {
  return (((await modeOf(directory, path)) ?? 0) & ~mode) !== 0;
}

async function modeOf(directory: string, path: string): Promise<number | undefined> {
  return explained(directory, () => ifThere(async () => (await stat(join(directory, path))).mode & 0o777));
}

function isInside(path: string): boolean {
  return resolve('/root', path).startsWith('/root/');
}

async function ifThere<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Errors of the file system, in words for the user. */
const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write to it',
  EPERM: 'this user may not write to it',
  EROFS: 'the file system is mounted read-only',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a file with this name exists',
  EISDIR: 'a folder exists at the path of a file',
  ENOSPC: 'the file system is full',
  EDQUOT: 'the quota is used up',
  ENOENT: 'a folder cannot be created there',
};

async function explained<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code = '', path } = error as NodeJS.ErrnoException;
    const why = REFUSALS[code];
    if (why === undefined) throw error;
    throw new UserError(`${path ?? directory} cannot be read or written: ${why} (${code})`, {
      problems: [{ path: 'target.directory', message: `is ${directory}` }],
      next: ['give this user write access to it, or choose another target.directory'],
      cause: error,
    });
  }
}
