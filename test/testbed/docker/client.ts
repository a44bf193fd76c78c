import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';

import type { DebianTree } from '../debian/tree.ts';
import { hostPaths } from './host.ts';

/** Links the programs that a client and dockerd search on PATH, and Compose as a plugin of docker. */
export async function linkPrograms(name: string, tree: DebianTree, compose: string): Promise<void> {
  const paths = hostPaths(name);
  const plugins = path.join(paths.config, 'cli-plugins');
  await mkdir(plugins, { recursive: true });
  await mkdir(paths.bin);
  await symlink(compose, path.join(plugins, 'docker-compose'));
  await symlink(path.join(tree.root, 'usr/bin/docker'), path.join(paths.bin, 'docker'));
  // On an installed system, Debian's alternatives create this link. dockerd uses it to set up each container's
  // resolver.
  await symlink(path.join(tree.root, 'usr/sbin/xtables-nft-multi'), path.join(paths.bin, 'iptables'));
}

/** The environment of a client of this host. */
export function clientEnvironment(name: string): Record<string, string> {
  const paths = hostPaths(name);
  return {
    PATH: `${paths.bin}:${process.env.PATH ?? '/usr/bin:/bin'}`,
    DOCKER_HOST: `unix://${paths.socket}`,
    DOCKER_CONFIG: paths.config,
  };
}
