import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeFileAtomic } from '../../base/files.ts';
import type { RenderedFile } from '../../render/rendered.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import type { Change } from '../target.ts';

/** It holds every secret of the installation: the owner's alone. Containers reach what is mounted below it all the same. */
const DIRECTORY_MODE = 0o700;

/** Files that differ from the rendered set, and those of the revision before that the set no longer has. */
export async function fileChanges(
  directory: string,
  files: readonly RenderedFile[],
  previous: Revision | undefined,
): Promise<readonly Change[]> {
  const judged = await Promise.all(
    files.map(async ({ path, content }): Promise<readonly Change[]> => {
      const found = await contentOf(directory, path);
      if (found === content) return [];
      return [{ action: found === undefined ? 'create' : 'change', kind: 'File', name: path }];
    }),
  );
  const dropped = await Promise.all(
    droppedFiles(files, previous).map(
      async (path): Promise<readonly Change[]> =>
        (await contentOf(directory, path)) === undefined ? [] : [{ action: 'delete', kind: 'File', name: path }],
    ),
  );
  return [...judged, ...dropped].flat();
}

/** Makes the directory with its first file's mode in mind; an existing one is left as it is. */
export async function ensureDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
}

/** Writes the set, each file whole or not at all, and removes what the revision before had and this set has not. */
export async function writeFiles(
  directory: string,
  files: readonly RenderedFile[],
  previous: Revision | undefined,
): Promise<void> {
  await ensureDirectory(directory);
  for (const { path, content, mode } of files) {
    if ((await contentOf(directory, path)) !== content) await writeFileAtomic(join(directory, path), content, { mode });
  }
  for (const path of droppedFiles(files, previous)) await rm(join(directory, path), { force: true });
}

/** The files as they stand, for going back. */
export async function snapshot(directory: string, files: readonly RenderedFile[]): Promise<readonly RenderedFile[]> {
  const found = await Promise.all(
    files.map(async (file) => ({ ...file, content: await contentOf(directory, file.path) })),
  );
  return found.flatMap(({ path, mode, content }) => (content === undefined ? [] : [{ path, mode, content }]));
}

/** Runs `work` with compose.yaml and `.env` in a private folder that is gone afterwards, so that looking writes nothing where Dify lives. */
export async function withDraftFiles<T>(
  files: readonly RenderedFile[],
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'difyctl-compose-'));
  try {
    for (const { path, content } of files.filter((file) => ['compose.yaml', '.env'].includes(file.path))) {
      await writeFileAtomic(join(folder, path), content, { mode: 0o600 });
    }
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A path that would lead out of the directory is none of ours, whatever a revision says. */
function droppedFiles(files: readonly RenderedFile[], previous: Revision | undefined): readonly string[] {
  const kept = new Set(files.map(({ path }) => path));
  return (previous?.files ?? [])
    .map(({ path }) => path)
    .filter((path) => !kept.has(path) && resolve('/root', path).startsWith('/root/'));
}

async function contentOf(directory: string, path: string): Promise<string | undefined> {
  try {
    return await readFile(join(directory, path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
