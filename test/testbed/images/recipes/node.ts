import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

import { architecture } from '../../debian/architecture.ts';
import { ensure } from '../../provision/ensure.ts';
import { accountFiles, BASES } from '../base.ts';
import { digestOf } from '../layer.ts';
import { type FileRecipe, layer } from '../recipe.ts';
import type { RecipeOf } from './context.ts';

/** The official image's user. */
const USER = { name: 'node', id: 1000, home: '/home/node' };
const MODULES = 'usr/local/lib/node_modules';

/** node: Node and npm from the npm registry, on Debian, with the user of the official image. */
export const node: RecipeOf = async ({ onProgress }) => {
  const programs = await ensure(['node-24', 'npm'], onProgress === undefined ? {} : { onProgress });
  const { triplet } = architecture();
  const libraries = layer({
    packages: ['gzip', 'libc6', 'libstdc++6'],
    programs: [
      'bin/gzip',
      ...['libdl.so.2', 'libpthread.so.0'].map((name) => `lib/${triplet}/${name}`),
      `usr/lib/${triplet}/libstdc++.so.6`,
    ],
  });
  const npm = join(dirname(programs.npm), '..', 'npm');
  const files = [await fileOf(programs['node-24'], 'usr/local/bin/node'), ...(await filesOf(npm, `${MODULES}/npm`))];
  const links = { 'usr/local/bin/npm': `../../../${MODULES}/npm/bin/npm-cli.js` };
  const home = layer({
    files: accountFiles([USER]),
    directories: { 'home/node': 0o755 },
    owners: { 'home/node': USER.id },
  });
  return {
    layers: [BASES.debian, libraries, layer({ files, links }), home],
    config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['node'] },
  };
};

/** A file of this machine as one of the image. */
async function fileOf(file: string, path: string): Promise<FileRecipe> {
  return { path, mode: (await stat(file)).mode & 0o777, content: { file, digest: await digestOf(file) } };
}

/** All files below a folder of this machine. */
async function filesOf(folder: string, path: string): Promise<FileRecipe[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.sort().map((file) => fileOf(file, join(path, relative(folder, file)))));
}
