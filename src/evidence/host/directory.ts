import { readFile, stat, statfs } from 'node:fs/promises';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import { ExternalError } from '../../base/errors.ts';
import { type CollectContext, type Collector, evidenceKey } from '../evidence.ts';
import { type DiskFact, diskBehind, HOST_ENGINE } from './engine.ts';
import { requireLocalEngine } from './local-engine.ts';
import { type MountFact, mayWrite, mountOf } from './mount.ts';

/** The file system of the project's folder, or of its nearest parent that exists. */
export interface DirectoryFact {
  readonly directory: string;
  readonly exists: boolean;
  /** `windows`: a Windows drive under WSL, or a disk in a Windows format. */
  readonly fileSystem: 'windows' | 'nfs' | 'cifs' | 'other';
  /** Its mount; undefined if the machine does not show it. */
  readonly mount: MountFact | undefined;
  /** The nearest folder that exists, if this user may not write in it; undefined otherwise. */
  readonly shut: string | undefined;
  /** SELinux type, such as `container_file_t`; empty without SELinux. */
  readonly label: string;
  /** Disk of the folder; undefined if it is the engine's disk. */
  readonly disk: DiskFact | undefined;
  /** Rendered files at whose path a folder exists: Docker creates one if a mounted file is missing. */
  readonly blocked: readonly string[];
}
export const HOST_DIRECTORY = evidenceKey<DirectoryFact>('host.directory', 1);

/** File systems by their number in statfs(2) (linux/magic.h). */
const MAGIC: Readonly<Record<number, DirectoryFact['fileSystem']>> = {
  26985: 'nfs',
  4283649346: 'cifs',
  4266872130: 'cifs',
};
/** File systems without owners; `fuseblk` includes those that a FUSE program serves. */
const WINDOWS_TYPES = ['vfat', 'msdos', 'exfat', 'ntfs', 'ntfs3', 'fuseblk'];
/** WSL 2 mounts Windows drives by 9p. */
const MAGIC_9P = 0x01021997;

export const hostDirectoryCollector: Collector<DirectoryFact> = {
  key: HOST_DIRECTORY,
  timeoutMs: 20_000,
  collect: async (context, need) => {
    const { directory } = await requireLocalEngine(context, need, 'files');
    const { dataRoot } = await need(HOST_ENGINE);
    const nearest = await nearestFolder(directory);
    const files = context.rendered?.files ?? [];
    const mount = mountOf(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''), nearest);
    return {
      directory,
      exists: nearest === directory,
      fileSystem: WINDOWS_TYPES.includes(mount?.type ?? '') ? 'windows' : await fileSystemOf(nearest),
      mount,
      shut: (await mayWrite(nearest)) ? undefined : nearest,
      label: await labelOf(context, nearest),
      disk: (await isOneDisk(nearest, dataRoot)) ? undefined : await diskBehind(nearest),
      blocked: (await Promise.all(files.map(({ path }) => folderAt(join(directory, path))))).flat(),
    };
  },
};

async function nearestFolder(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const isThere = await stat(at).then(
      () => true,
      () => false,
    );
    if (isThere || at === dirname(at)) return at;
  }
}

async function fileSystemOf(folder: string): Promise<DirectoryFact['fileSystem']> {
  const { type } = await statfs(folder);
  if (type === MAGIC_9P && /microsoft/i.test(release())) return 'windows';
  return MAGIC[type] ?? 'other';
}

/** `system_u:object_r:container_file_t:s0` → `container_file_t` */
async function labelOf({ runner, signal }: CollectContext, folder: string): Promise<string> {
  try {
    const { stdout } = await runner.run('stat', ['-c', '%C', folder], { signal, okCodes: [0, 1] });
    return stdout.trim().split(':')[2] ?? '';
  } catch (error) {
    if (error instanceof ExternalError) return '';
    throw error;
  }
}

async function isOneDisk(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all(
    [a, b].map((path) =>
      stat(path).then(
        ({ dev }) => dev,
        () => undefined,
      ),
    ),
  );
  return one === other;
}

async function folderAt(path: string): Promise<readonly string[]> {
  return stat(path).then(
    (found) => (found.isDirectory() ? [path] : []),
    () => [],
  );
}
