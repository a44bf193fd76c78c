import { createHash } from 'node:crypto';
import { link, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { execa } from 'execa';

import { architecture } from '../debian/architecture.ts';
import { cacheRoot } from '../provision/cache.ts';
import type { OnProgress } from '../provision/progress.ts';
import { exists } from './exists.ts';
import { buildLayer, type Layer } from './layer.ts';
import type { ImageRecipe } from './recipe.ts';

/** An image in the form that `docker save` writes; docker and containerd both take it. */
export interface ImageArchive {
  readonly file: string;
  /** `sha256:…` of the image's configuration: the image's id in Docker. */
  readonly id: string;
}

/** The image's archive, made once: its name holds the digest of all that is in it. */
export async function imageArchive(
  reference: string,
  recipe: ImageRecipe,
  onProgress?: OnProgress,
): Promise<ImageArchive> {
  const layers: Layer[] = [];
  for (const one of recipe.layers) layers.push(await buildLayer(one, onProgress));
  const config = JSON.stringify({
    architecture: architecture().name,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: recipe.config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => `sha256:${digest}`) },
    history: layers.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: "difyctl's testbed" })),
  });
  const id = createHash('sha256').update(config).digest('hex');
  const name = createHash('sha256').update(reference).digest('hex').slice(0, 8);
  const images = path.join(cacheRoot(), 'images');
  const file = path.join(images, `${path.basename(reference).replace(':', '-')}-${name}-${id.slice(0, 12)}.tar`);
  if (!(await exists(file))) await write(images, file, { reference, config, id, layers });
  return { file, id: `sha256:${id}` };
}

interface Parts {
  readonly reference: string;
  readonly config: string;
  readonly id: string;
  readonly layers: readonly Layer[];
}

async function write(images: string, file: string, parts: Parts): Promise<void> {
  await mkdir(images, { recursive: true });
  const folder = await mkdtemp(path.join(images, '.archive-'));
  try {
    const names = [...new Set(parts.layers.map(({ digest }) => `${digest}.tar`))];
    for (const { file: source, digest } of parts.layers) {
      await link(source, path.join(folder, `${digest}.tar`)).catch(ignoreExisting);
    }
    const manifest = [
      {
        Config: `${parts.id}.json`,
        RepoTags: [parts.reference],
        Layers: parts.layers.map(({ digest }) => `${digest}.tar`),
      },
    ];
    await writeFile(path.join(folder, `${parts.id}.json`), parts.config);
    await writeFile(path.join(folder, 'manifest.json'), JSON.stringify(manifest));
    const partial = path.join(folder, 'archive');
    const entries = ['manifest.json', `${parts.id}.json`, ...names];
    // The layers are hard links into the cache: each is to be an entry with its bytes, never a link.
    await execa('tar', ['--create', '--hard-dereference', `--file=${partial}`, `--directory=${folder}`, ...entries]);
    await rename(partial, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
