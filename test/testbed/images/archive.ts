import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { execa } from 'execa';

import { cacheRoot } from '../provision/cache.ts';
import { exists } from './exists.ts';
import type { Image } from './image.ts';

/**
 * The file of an image's archive. A short reference is expanded as Docker does it (`redis:6` to
 * `docker.io/library/redis:6`): containerd needs that, and docker accepts it.
 */
export async function archiveOf(one: Image): Promise<string> {
  const reference = expanded(one.reference);
  const name = `${reference.replaceAll(/[/:]/g, '_')}-${one.id.slice(0, 12)}.tar`;
  const file = path.join(cacheRoot(), 'images', name);
  if (await exists(file)) return file;
  await withArchive([{ ...one, reference }], async (tar) => {
    await execa('tar', [...tar, `--file=${file}.${process.pid}`], { stdin: 'ignore' });
  });
  await rename(`${file}.${process.pid}`, file);
  return file;
}

/** The reference with its registry and complete path. */
export function expanded(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  if (rest.length === 0) return `docker.io/library/${reference}`;
  return /[.:]|^localhost$/.test(first) ? reference : `docker.io/${reference}`;
}

/**
 * Calls `work` with the arguments for tar to write an archive of these images in the format of `docker save`. docker
 * and containerd both read it. A layer that several images share is included once.
 */
export async function withArchive<T>(
  images: readonly Image[],
  work: (tar: readonly string[]) => Promise<T>,
): Promise<T> {
  const parent = path.join(cacheRoot(), 'images');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(path.join(parent, '.archive-'));
  try {
    const entries = ['manifest.json'];
    const manifest = images.map(({ reference, id, layers }) => ({
      Config: `${id}.json`,
      RepoTags: [reference],
      Layers: layers.map(({ digest }) => `${digest}.tar`),
    }));
    await writeFile(path.join(folder, 'manifest.json'), JSON.stringify(manifest));
    for (const { id, config } of new Map(images.map((one) => [one.id, one])).values()) {
      await writeFile(path.join(folder, `${id}.json`), config);
      entries.push(`${id}.json`);
    }
    const layers = images.flatMap((one) => one.layers);
    for (const { digest, file } of new Map(layers.map((one) => [one.digest, one])).values()) {
      await symlink(file, path.join(folder, `${digest}.tar`));
      entries.push(`${digest}.tar`);
    }
    return await work(['--create', '--dereference', `--directory=${folder}`, ...entries]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
