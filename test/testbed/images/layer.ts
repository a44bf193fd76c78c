import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { execa } from 'execa';
import { withLock } from '../../../src/rehearsal/programs/lock.ts';
import { debianTree } from '../debian/tree.ts';
import { cacheRoot } from '../provision/cache.ts';
import type { OnProgress } from '../provision/progress.ts';
import type { LayerRecipe } from './recipe.ts';
import { fillRootfs } from './rootfs.ts';

/** A layer as a tar archive in the cache. */
export interface Layer {
  readonly file: string;
  /** sha256 of the archive, in hex: Docker's diff id. */
  readonly digest: string;
}

/** Must be increased if the code that makes layers changes, so that cached layers are not used any more. */
const MAKER = 1;

/**
 * The cache key of a layer. It depends on the recipe and the versions of its packages, which decide the layer's bytes.
 */
async function layerKey(recipe: LayerRecipe, onProgress?: OnProgress): Promise<string> {
  const progress = onProgress === undefined ? {} : { onProgress };
  const packages = recipe.packages.length === 0 ? [] : (await debianTree(recipe.packages, progress)).packages;
  const material = JSON.stringify([MAKER, recipe, packages], (key, value) => (key === 'file' ? undefined : value));
  return createHash('sha256').update(material).digest('hex').slice(0, 16);
}

/** Returns the layer. Builds it once. */
export async function buildLayer(recipe: LayerRecipe, onProgress?: OnProgress): Promise<Layer> {
  const file = path.join(cacheRoot(), 'images', 'layers', `${await layerKey(recipe, onProgress)}.tar`);
  const digest = await readFile(`${file}.sha256`, 'utf8').catch(() => undefined);
  if (digest !== undefined) return { file, digest };
  return withLock(
    `${file}.lock`,
    () => undefined,
    async () => {
      const folder = await mkdtemp(`${file}.`);
      try {
        await mkdir(path.join(folder, 'root'));
        await fillRootfs(recipe, path.join(folder, 'root'), onProgress);
        await archive(recipe, path.join(folder, 'root'), path.join(folder, 'layer.tar'));
        const made = await digestOf(path.join(folder, 'layer.tar'));
        await rename(path.join(folder, 'layer.tar'), file);
        await writeFile(`${file}.sha256`, made);
        return { file, digest: made };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
}

/** The same files give the same bytes: they are sorted, have no times, and have the owners of the recipe. */
async function archive(recipe: LayerRecipe, root: string, file: string): Promise<void> {
  const owned = Object.entries(recipe.owners);
  const common = [
    '--sort=name',
    '--mtime=@0',
    '--numeric-owner',
    '--format=gnu',
    `--directory=${root}`,
    `--file=${file}`,
  ];
  const others = owned.map(([folder]) => `--exclude=./${folder}`);
  await execa('tar', ['--create', ...common, '--owner=0', '--group=0', ...others, '.'], { stdin: 'ignore' });
  for (const [folder, owner] of owned) {
    const owners = [`--owner=${owner}`, `--group=${owner}`];
    await execa('tar', ['--append', ...common, ...owners, `./${folder}`], { stdin: 'ignore' });
  }
}

/** sha256 of a file, in hex. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
