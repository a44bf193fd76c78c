import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { sha256 } from '../base/digest.ts';
import { UserError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import type { RenderedFile } from '../render/rendered.ts';

/**
 * The index of the files that difyctl wrote into a folder, in the format of sha256sum. A later run recognises its own
 * files by it.
 */
export const INDEX = '.difyctl-files';
/**
 * Mode of a new folder that has secrets in it: only the owner may read it. Containers of other users read the folders
 * below it.
 */
const SECRET_FOLDER_MODE = 0o700;

export interface WrittenSet {
  readonly files: readonly {
    readonly path: string;
    readonly mode: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  /** SHA-256 of the index; it identifies the whole set. */
  readonly digest: string;
  /** Files of an earlier set that this set does not have. */
  readonly removed: readonly string[];
}

/**
 * Writes a rendered set into a folder, each file atomically. Removes files of an earlier set that this one does not
 * have. Throws UserError, before anything is written, if a file there is not as difyctl wrote it; `force` overwrites
 * it.
 */
export async function writeSet(directory: string, files: readonly RenderedFile[], force: boolean): Promise<WrittenSet> {
  if (resolve(directory) === '/') throw new UserError('the root of the file system cannot be the output folder');
  const earlier = await readIndex(directory);
  const wanted = new Map(files.map((file) => [file.path, file]));
  const stale = [...earlier.keys()].filter((path) => !wanted.has(path));
  const foreign = await foreignFiles(directory, [...wanted.keys(), ...stale], earlier, wanted);
  if (foreign.length > 0 && !force) throw foreignFault(directory, foreign);
  const holdsSecrets = files.some(({ mode }) => mode === 0o600);
  if (holdsSecrets) await mkdir(directory, { recursive: true, mode: SECRET_FOLDER_MODE });
  for (const { path, content, mode } of files) await writeFileAtomic(join(directory, path), content, { mode });
  for (const path of stale) await rm(join(directory, path), { force: true });
  const index = files.map(({ path, content }) => `${sha256(content)}  ${path}\n`).join('');
  await writeFileAtomic(join(directory, INDEX), index);
  return { files: files.map(described), digest: sha256(index), removed: stale };
}

/** Returns the files of a written set that were edited after difyctl wrote them, or that difyctl did not write. */
export async function editedFiles(directory: string, paths: readonly string[]): Promise<readonly string[]> {
  return foreignFiles(directory, paths, await readIndex(directory), new Map());
}

/** Returns the files that `writeSet` would create, change or remove. */
export async function unwrittenFiles(directory: string, files: readonly RenderedFile[]): Promise<readonly string[]> {
  const earlier = await readIndex(directory);
  const wanted = new Set(files.map(({ path }) => path));
  const judged = files.map(async ({ path, content }) =>
    (await readIfThere(join(directory, path))) === content ? [] : [path],
  );
  return [...(await Promise.all(judged)).flat(), ...[...earlier.keys()].filter((path) => !wanted.has(path))];
}

function described({ path, content, mode }: RenderedFile): WrittenSet['files'][number] {
  return { path, mode: `0${mode.toString(8)}`, bytes: Buffer.byteLength(content), sha256: sha256(content) };
}

/** Files that exist, differ from the new content, and differ from what difyctl wrote. */
async function foreignFiles(
  directory: string,
  paths: readonly string[],
  earlier: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, RenderedFile>,
): Promise<readonly string[]> {
  const judged = await Promise.all(
    paths.map(async (path) => {
      const content = await readIfThere(join(directory, path));
      const isOurs =
        content === undefined || content === wanted.get(path)?.content || sha256(content) === earlier.get(path);
      return isOurs ? [] : [path];
    }),
  );
  return judged.flat();
}

function foreignFault(directory: string, paths: readonly string[]): UserError {
  return new UserError(`${directory} contains files that difyctl did not write, or that were edited since`, {
    problems: paths.map((path) => ({ path, message: 'would be overwritten or removed' })),
    next: ['choose another folder with --out', 'or overwrite them with --force'],
  });
}

/** Returns digests by path. Empty if the folder has no index. A line whose path is outside the folder is ignored. */
async function readIndex(directory: string): Promise<ReadonlyMap<string, string>> {
  const text = (await readIfThere(join(directory, INDEX))) ?? '';
  const lines = text.split('\n').flatMap((line) => {
    const [, digest, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    const isInside = path !== undefined && resolve(directory, path).startsWith(`${resolve(directory)}/`);
    return digest !== undefined && isInside ? [[path, digest] as const] : [];
  });
  return new Map(lines);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new UserError(`${path} cannot be read: ${code ?? String(error)}`, { cause: error });
  }
}
