import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { DockerHost } from '../testbed/docker/host.ts';
import { packedTarball } from './packed.ts';
import { serveToolDownloads } from './tool-downloads.ts';

const DOCKERFILE = fileURLToPath(new URL('../../templates/Dockerfile', import.meta.url));

/** The images that templates/Dockerfile builds on, under the names that a mirror would have: the build must take them. */
const SOURCES = {
  BASE: 'registry.example/library/node:24-bookworm-slim',
  RESTIC: 'registry.example/restic/restic:0.18.1',
  RCLONE: 'registry.example/rclone/rclone:1.71.2',
  POSTGRES: 'registry.example/library/postgres:18.1-bookworm',
};
export const TOOL_IMAGE_SOURCES: readonly string[] = Object.values(SOURCES);

/** Options of one `docker build`. */
interface ToolBuild {
  /** Options and their values, such as `--tag`. */
  readonly options: readonly string[];
  /** Another BASE. */
  readonly base?: string;
  /** Default: BuildKit. */
  readonly buildkit?: '0' | '1';
}

/** Builds templates/Dockerfile with downloads from this URL. Its RUN steps have no network. */
export function buildToolImage(
  { docker, env }: DockerHost,
  context: string,
  url: string,
  { options, base = SOURCES.BASE, buildkit = '1' }: ToolBuild,
) {
  const { RESTIC, RCLONE, POSTGRES } = SOURCES;
  // The testbed has one PostgreSQL, which is in the place of each major version.
  const postgres = Object.fromEntries([15, 16, 17, 18].map((major) => [`POSTGRES_${major}`, POSTGRES]));
  const values = { BASE: base, RESTIC, RCLONE, ...postgres, KUBECTL_URL: url, HELM_URL: url };
  const args = Object.entries(values).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  return execa(docker, ['build', '--network', 'none', '--file', DOCKERFILE, ...args, ...options, context], {
    env: { ...env, DOCKER_BUILDKIT: buildkit },
    stdin: 'ignore',
    reject: false,
    all: true,
  });
}

/** Packs difyctl and builds the image under this name. `folder` is empty. Throws Error with the output of docker. */
export async function makeToolImage(host: DockerHost, folder: string, tag: string): Promise<void> {
  for (const name of ['context', 'downloads']) await mkdir(join(folder, name));
  await packedTarball(join(folder, 'context'));
  const downloads = await serveToolDownloads(join(folder, 'downloads'));
  try {
    const built = await buildToolImage(host, join(folder, 'context'), downloads.url, { options: ['--tag', tag] });
    if (built.exitCode !== 0) throw new Error(built.all);
  } finally {
    await downloads.stop();
  }
}
