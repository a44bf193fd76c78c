import { execa } from 'execa';

import type { DockerHost } from '../docker/host.ts';
import type { OnProgress } from '../provision/progress.ts';
import { archiveOf, withArchive } from './archive.ts';
import { type Image, image } from './image.ts';

export interface ImageOptions {
  readonly onProgress?: OnProgress;
}

/**
 * Builds the image as an archive in the cache, for `ctr -n k8s.io images import` or `docker load`. Returns its path.
 */
export async function saveImage(reference: string, options: ImageOptions = {}): Promise<string> {
  return archiveOf(await image(reference, options.onProgress));
}

/** Builds and loads these images into the engine. Images that it already has with the same id are skipped. */
export async function buildImages(
  docker: DockerHost,
  references: readonly string[],
  options: ImageOptions = {},
): Promise<void> {
  const missing: Image[] = [];
  for (const reference of new Set(references)) {
    const one = await image(reference, options.onProgress);
    const inspect = ['image', 'inspect', '--format', '{{.Id}}', reference];
    const present = await execa(docker.docker, inspect, { env: docker.env, stdin: 'ignore', reject: false });
    if (present.stdout.trim() !== `sha256:${one.id}`) missing.push(one);
  }
  if (missing.length === 0) return;
  await withArchive(missing, async (tar) => {
    await execa('tar', tar, { stdin: 'ignore', buffer: false }).pipe(docker.docker, ['image', 'load', '--quiet'], {
      env: docker.env,
    });
  });
}
