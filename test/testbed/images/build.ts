import { execa } from 'execa';

import type { DockerHost } from '../docker/host.ts';
import type { OnProgress } from '../provision/progress.ts';
import { type ImageArchive, imageArchive } from './archive.ts';
import { RECIPES } from './table.ts';

export interface ImageOptions {
  readonly onProgress?: OnProgress;
}

/** The name and tag of a reference such as `registry.example:5000/langgenius/dify-api:1.16.1@sha256:…`. */
export function nameAndTag(reference: string): { readonly name: string; readonly tag: string } {
  const [name = '', tag = 'latest'] = (reference.split('@')[0] ?? '').split('/').at(-1)?.split(':') ?? [];
  return { name, tag };
}

/**
 * The image as an archive that docker and containerd can load, from the cache or made now.
 *
 * @throws Error for a repository that the table does not know
 */
export async function saveImage(reference: string, options: ImageOptions = {}): Promise<ImageArchive> {
  const { name, tag } = nameAndTag(reference);
  const recipe = RECIPES[name];
  if (recipe === undefined)
    throw new Error(`no recipe for image ${reference}; known: ${Object.keys(RECIPES).join(', ')}`);
  const { onProgress } = options;
  return imageArchive(reference, await recipe({ name, tag, ...(onProgress && { onProgress }) }), onProgress);
}

/** Sees to it that the engine has these images; those it has already in this very form are left alone. */
export async function buildImages(
  docker: DockerHost,
  references: readonly string[],
  options: ImageOptions = {},
): Promise<void> {
  for (const reference of new Set(references)) {
    const { file, id } = await saveImage(reference, options);
    const run = (...args: string[]) =>
      execa(docker.docker, args, { env: docker.env, stdin: 'ignore', reject: false, all: true });
    const present = await run('image', 'inspect', '--format', '{{.Id}}', reference);
    if (present.stdout.trim() === id) continue;
    const loaded = await run('image', 'load', '--quiet', '--input', file);
    if (loaded.failed) throw new Error(`docker does not load ${reference}: ${loaded.all}`);
  }
}
