import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { ExternalError, UserError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { storeBuckets } from '../../providers/object-storage/registry.ts';
import { folderObjects } from '../invariants/read/folder-objects.ts';
import type { ObjectReader } from '../invariants/read/source.ts';
import { projectFolders } from '../make/files.ts';
import type { BackupPart } from '../manifest.ts';
import { type Rclone, rclone } from '../rclone.ts';
import type { RestoreContext } from './context.ts';
import { fetchPart, refuseFullDisk } from './restore-part.ts';

/** A place of files: a folder of this machine, or a bucket. */
export type FilesTarget =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'bucket'; readonly bucket: string; readonly rclone: Rclone };

/** Written by the service that gives the folder to the user of the API's image, once. It is no file of Dify. */
const OWNER_FLAG = '.init_permissions';

/** Returns where Dify's files and those of the plugin daemon belong. Throws UserError for a claim of Kubernetes. */
export async function filesTargets(
  context: RestoreContext,
): Promise<{ readonly objects: FilesTarget; readonly plugins: FilesTarget }> {
  const { deployment, baseDirectory, runner, secrets, folder } = context;
  const { objectStorage } = deployment;
  if (objectStorage.provider !== 'local') {
    const program = await rclone(runner, objectStorage, secrets, folder, baseDirectory);
    const { api, pluginDaemon } = storeBuckets(objectStorage);
    return {
      objects: { kind: 'bucket', bucket: api, rclone: program },
      plugins: { kind: 'bucket', bucket: pluginDaemon, rclone: program },
    };
  }
  const folders = projectFolders(deployment, baseDirectory);
  if (folders === undefined) {
    throw new UserError('difyctl restore cannot write files to a claim of Kubernetes', {
      next: ['use an object storage with a bucket (objectStorage.provider)'],
    });
  }
  return {
    objects: { kind: 'folder', path: folders.objects },
    plugins: { kind: 'folder', path: folders.plugins },
  };
}

/** The place in words: `the folder /srv/dify/volumes/app/storage`, `the bucket dify`. */
export function filesWords(target: FilesTarget): string {
  return target.kind === 'folder' ? `folder ${target.path}` : `bucket ${target.bucket}`;
}

/** Returns the number of files in the place. Throws ExternalError, or UserError if a folder cannot be read. */
export async function countFiles(target: FilesTarget, { signal }: RestoreContext): Promise<number> {
  if (target.kind === 'bucket') return (await target.rclone.keys(target.bucket, { signal })).length;
  const entries = await readdir(target.path, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw new UserError(`the folder ${target.path} cannot be read: ${error.code}`, {
        next: ['run difyctl as a user that may read and write it, such as root'],
      });
    },
  );
  return entries.filter((entry) => !entry.isDirectory() && entry.name !== OWNER_FLAG).length;
}

/**
 * Restores a copied part. A folder with files is renamed to `renamedTo` first, once, if it is given; a bucket only gets
 * objects. It can be repeated. Throws ExternalError.
 */
export async function restoreFiles(
  target: FilesTarget,
  part: BackupPart,
  renamedTo: string | undefined,
  context: RestoreContext,
): Promise<void> {
  const { restic, signal, folder } = context;
  if (target.kind === 'bucket') {
    const from = join(folder, part.part);
    await mkdir(from, { recursive: true });
    await refuseFullDisk(from, [part]);
    await fetchPart(restic, part, from, signal);
    await target.rclone.upload(from, target.bucket, { signal, onStart: context.onStart });
    return rm(from, { recursive: true, force: true });
  }
  const { path } = target;
  if (renamedTo !== undefined && (await countFiles(target, context)) > 0 && !(await isFolderThere(renamedTo)))
    await rename(path, renamedTo);
  await mkdir(path, { recursive: true });
  await fetchPart(restic, part, path, signal);
  // The owner of restored files is that of the backup only if root restores them: the service must give them again.
  await rm(join(path, OWNER_FLAG), { force: true });
}

/** Returns the paths of those keys that the place has with other contents. Throws ExternalError. */
export async function otherKeys(
  target: FilesTarget,
  keys: Readonly<Record<string, string>>,
  context: RestoreContext,
): Promise<readonly string[]> {
  const reader = filesReader(target, context);
  const other: string[] = [];
  for (const [path, text] of Object.entries(keys)) {
    const found = await reader.read(path);
    if (found !== undefined && Buffer.from(found).toString('utf8') !== text) other.push(path);
  }
  return other;
}

/**
 * Writes files with keys (0600). One that the place has with other contents is copied to its path with `end` first, if
 * `end` is given. Throws Error for a path outside the folder.
 */
export async function writeKeys(
  target: FilesTarget,
  keys: Readonly<Record<string, string>>,
  end: string | undefined,
  context: RestoreContext,
): Promise<void> {
  const other = end === undefined ? [] : await otherKeys(target, keys, context);
  const reader = filesReader(target, context);
  for (const path of other) {
    const old = Buffer.from((await reader.read(path)) ?? []).toString('utf8');
    if (!(await reader.has(`${path}${end}`))) await writeKey(target, `${path}${end}`, old, context);
  }
  for (const [path, text] of Object.entries(keys)) await writeKey(target, path, text, context);
}

async function writeKey(target: FilesTarget, path: string, text: string, { signal }: RestoreContext): Promise<void> {
  if (target.kind === 'bucket') return target.rclone.put(target.bucket, path, text, { signal });
  const file = resolve(target.path, path);
  if (!file.startsWith(target.path + sep)) throw new Error(`the key file ${path} is outside of ${target.path}`);
  await mkdir(dirname(file), { recursive: true });
  await writeFileAtomic(file, text, { mode: 0o600 });
}

/** Returns a reader of the place. The first read of a bucket lists all its objects, once. */
export function filesReader(target: FilesTarget, { signal }: RestoreContext): ObjectReader {
  if (target.kind === 'folder') return folderObjects(target.path);
  const { bucket, rclone: program } = target;
  let listed: Promise<ReadonlySet<string>> | undefined;
  const list = (): Promise<ReadonlySet<string>> => {
    listed ??= program.keys(bucket, { signal }).then((keys) => new Set(keys));
    return listed;
  };
  const has = async (key: string): Promise<boolean> => (await list()).has(key.replace(/^\/+/, ''));
  return {
    has,
    read: async (key) => {
      if (!(await has(key))) return undefined;
      const text = await program.text(bucket, key, { signal }).catch((error: unknown) => {
        if (error instanceof ExternalError) return undefined;
        throw error;
      });
      return text === undefined ? undefined : Buffer.from(text);
    },
  };
}

/** True if something has this path. */
export async function isFolderThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
