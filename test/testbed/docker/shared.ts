import { rm } from 'node:fs/promises';
import path from 'node:path';

import { execa } from 'execa';

import { isSameProcess } from '../../../src/rehearsal/processes/identity.ts';
import { progressPrinter } from '../provision/progress.ts';
import type { Kind } from '../shared/pool.ts';
import { downDocker } from './down.ts';
import { type DockerHost, hostPaths, loadState } from './host.ts';
import { hostOf } from './host-of.ts';
import { upDocker } from './up.ts';

/** Docker hosts of a test run. */
export const SHARED_DOCKER: Kind<DockerHost> = {
  kind: 'docker',
  nameOf: ({ name }) => name,
  start: () => upDocker({ owner: 'run', onProgress: progressPrinter() }),
  attach: async (name) => {
    const state = await loadState(name);
    return state !== undefined && (await isSameProcess(state.daemon)) ? hostOf(state) : undefined;
  },
  clean: cleanDocker,
  takeDown: downDocker,
};

/**
 * Removes containers, volumes, networks and logins. Images stay: `onlyImages` removes those that the next file lacks.
 * Throws if something stays: Docker 20.10 may keep an endpoint of a container that was removed while its health was
 * checked, and the next file would find a network that nobody can remove.
 */
async function cleanDocker(host: DockerHost): Promise<void> {
  const containers = await lines(host, 'ps', '--all', '--quiet');
  if (containers.length > 0) await run(host, 'rm', '--force', '--volumes', ...containers);
  const volumes = await lines(host, 'volume', 'ls', '--quiet');
  if (volumes.length > 0) await run(host, 'volume', 'rm', ...volumes);
  // `network prune` ends with exit code 0 for a network that it could not remove.
  const networks = await lines(host, 'network', 'ls', '--quiet', '--filter', 'type=custom');
  if (networks.length > 0) await run(host, 'network', 'rm', ...networks);
  await rm(path.join(hostPaths(host.name).config, 'config.json'), { force: true });
}

/** Removes every image with a name that is not in the list. */
export async function onlyImages(host: DockerHost, references: readonly string[]): Promise<void> {
  const present = await lines(host, 'image', 'ls', '--format', '{{.Repository}}:{{.Tag}}');
  const named = present.filter((name) => !name.includes('<none>') && !references.includes(name));
  if (named.length > 0) await run(host, 'image', 'rm', '--force', ...named);
  await run(host, 'image', 'prune', '--force');
}

async function lines(host: DockerHost, ...args: readonly string[]): Promise<readonly string[]> {
  return (await run(host, ...args)).split('\n').filter((line) => line !== '');
}

async function run(host: DockerHost, ...args: readonly string[]): Promise<string> {
  return (await execa(host.docker, args, { env: host.env, stdin: 'ignore' })).stdout;
}
