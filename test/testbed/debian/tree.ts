import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { execa } from 'execa';
import { withLock } from '../../../src/rehearsal/programs/lock.ts';
import { cacheRoot } from '../provision/cache.ts';
import type { OnProgress, Progress } from '../provision/progress.ts';
import { architecture } from './architecture.ts';
import { downloadPackages, resolvePackages } from './packages.ts';

/**
 * Debian packages unpacked into one folder of the cache. Nothing is installed: the machine's packages and services do
 * not change, no maintainer script runs, and root is not needed.
 */
export interface DebianTree {
  /** The folder that replaces `/`. */
  readonly root: string;
  /** NAME_VERSION_ARCH.deb of each package, sorted. */
  readonly packages: readonly string[];
  /** The variables for a program that is started from the tree: PATH, and the path of its shared objects. */
  readonly env: Readonly<Record<string, string>>;
}

const MANIFEST = 'packages.json';

/**
 * The tree of these packages and their dependencies. A tree that exists is not updated, so a warm run does not call
 * apt.
 *
 * @throws Unavailable if apt is missing or its archive is unreachable
 */
export async function debianTree(
  names: readonly string[],
  options: { readonly onProgress?: OnProgress } = {},
): Promise<DebianTree> {
  const wanted = [...new Set(names)].sort();
  const key = createHash('sha256')
    .update(`${architecture().name} ${wanted.join(' ')}`)
    .digest('hex')
    .slice(0, 12);
  const folder = path.join(cacheRoot(), 'debian', `${wanted[0]}-${key}`);
  const began = performance.now();
  const report = (phase: Progress['phase'], detail: string): void =>
    options.onProgress?.({ name: `Debian's ${wanted[0]}`, phase, elapsedMs: performance.now() - began, detail });
  const found = await readTree(folder);
  if (found !== undefined) return found;
  const waiting = (holder: string): void => report('waiting', `process ${holder.split(' ')[0]} is unpacking it`);
  await withLock(`${folder}.lock`, waiting, async () => {
    if ((await readTree(folder)) === undefined)
      await makeTree(wanted, folder, (detail) => report('installing', detail));
  });
  report('ready', wanted.join(' '));
  const made = await readTree(folder);
  if (made === undefined) throw new Error(`${folder} was made and cannot be read`);
  return made;
}

async function readTree(folder: string): Promise<DebianTree | undefined> {
  const manifest = await readFile(path.join(folder, MANIFEST), 'utf8').catch(() => undefined);
  if (manifest === undefined) return undefined;
  const root = path.join(folder, 'root');
  const programs = ['usr/sbin', 'usr/bin', 'sbin', 'bin'].map((name) => path.join(root, name));
  return {
    root,
    packages: JSON.parse(manifest) as string[],
    env: {
      PATH: [...programs, process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin'].join(':'),
      LD_LIBRARY_PATH: path.join(folder, 'libraries'),
    },
  };
}

async function makeTree(names: readonly string[], folder: string, report: (detail: string) => void): Promise<void> {
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
  const archives = path.join(partial, 'archives');
  const root = path.join(partial, 'root');
  await mkdir(archives, { recursive: true });
  await mkdir(root);
  const emptyStatus = path.join(partial, 'status');
  await writeFile(emptyStatus, '');
  report('asking apt');
  const packages = await resolvePackages(names, emptyStatus);
  report(`${packages.length} packages`);
  await downloadPackages(packages, archives);
  for (const archive of (await readdir(archives)).sort()) {
    await execa('dpkg-deb', ['--extract', path.join(archives, archive), root], { stdin: 'ignore' });
  }
  await linkLibraries(root, path.join(partial, 'libraries'));
  await rm(archives, { recursive: true });
  await writeFile(path.join(partial, MANIFEST), JSON.stringify(packages.map(({ file }) => file).sort()));
  await rename(partial, folder);
}

/** The C library and its parts. A program must use those of the machine, because they must match the loader's build. */
const C_LIBRARY =
  /^(ld-linux|lib(c|m|mvec|pthread|dl|rt|resolv|util|anl|nsl|BrokenLocale|thread_db|c_malloc_debug|memusage|pcprofile|nss_\w+))[-.]/;

/**
 * Creates one folder of links to the tree's shared objects. The links are relative, so that the tree can be renamed.
 */
async function linkLibraries(root: string, libraries: string): Promise<void> {
  await mkdir(libraries);
  for (const folder of [`usr/lib/${architecture().triplet}`, `lib/${architecture().triplet}`]) {
    const entries = await readdir(path.join(root, folder)).catch(() => []);
    for (const entry of entries) {
      if (!entry.includes('.so') || C_LIBRARY.test(entry)) continue;
      await rm(path.join(libraries, entry), { force: true });
      await symlink(path.join('..', 'root', folder, entry), path.join(libraries, entry));
    }
  }
}
