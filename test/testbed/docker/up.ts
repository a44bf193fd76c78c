import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { DEBIAN_SETS } from '../debian/sets.ts';
import { type DebianTree, debianTree } from '../debian/tree.ts';
import { ensure } from '../provision/ensure.ts';
import type { OnProgress } from '../provision/progress.ts';
import { Unavailable } from '../provision/unavailable.ts';
import { type Owner, ownerIdentity } from '../shared/run.ts';
import { type Bridge, createBridge } from './bridge.ts';
import { linkPrograms } from './client.ts';
import { startDaemon } from './daemon.ts';
import { downAbandoned, downDocker } from './down.ts';
import { type DockerHost, type DockerState, hostPaths, saveState } from './host.ts';
import { hostOf } from './host-of.ts';

export interface UpDockerOptions {
  /** Lower-case letters, digits and dashes. Default: a random name. */
  readonly name?: string;
  /**
   * `process` (default): the host belongs to this process and is removed when that no longer runs. `run`: likewise the
   * test run.
   */
  readonly owner?: Owner;
  readonly onProgress?: OnProgress;
}

/**
 * Starts a Docker engine with its own data, sockets, networks and control groups. Several can run at the same time.
 * @throws Unavailable if this is not root on Linux, or Debian's packages cannot be downloaded
 */
export async function upDocker(options: UpDockerOptions = {}): Promise<DockerHost> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Unavailable('a Docker engine of the testbed needs root on Linux', ['run it as root']);
  }
  const progress = options.onProgress === undefined ? {} : { onProgress: options.onProgress };
  const name = options.name ?? `t${randomBytes(3).toString('hex')}`;
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(name)) throw new Error(`not a name for a Docker host: ${name}`);
  const tree = await debianTree(DEBIAN_SETS.docker, progress);
  const { compose } = await ensure(['compose'], progress);
  await downAbandoned();
  // Removes what an earlier run of that name left, even before a restart of the machine.
  await downDocker(name);
  await mkdir(path.dirname(hostPaths(name).run), { recursive: true });
  await mkdir(hostPaths(name).run, { mode: 0o711 });
  const bridge = await createBridge();
  const owner = (await ownerIdentity(options.owner ?? 'process')) ?? '';
  const state: DockerState = { name, daemon: '', owner, bridge: bridge.name, network: bridge.network };
  try {
    await start(state, tree, bridge, compose);
  } catch (error) {
    await downDocker(name);
    throw error;
  }
  return hostOf(state);
}

async function start(state: DockerState, tree: DebianTree, bridge: Bridge, compose: string): Promise<void> {
  await saveState(state);
  await linkPrograms(state.name, tree, compose);
  await rm(hostPaths(state.name).data, { recursive: true, force: true });
  await mkdir(hostPaths(state.name).data, { recursive: true });
  await saveState({ ...state, daemon: await startDaemon(state.name, tree, bridge) });
}
