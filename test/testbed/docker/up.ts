import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { type DebianTree, debianTree } from '../debian/tree.ts';
import { processIdentity } from '../processes/identity.ts';
import { ensure } from '../provision/ensure.ts';
import type { OnProgress } from '../provision/progress.ts';
import { Unavailable } from '../provision/unavailable.ts';
import { type Bridge, createBridge } from './bridge.ts';
import { linkPrograms } from './client.ts';
import { startDaemon } from './daemon.ts';
import { downAbandoned, downDocker } from './down.ts';
import { type DockerHost, type DockerState, hostPaths, saveState } from './host.ts';
import { hostOf } from './host-of.ts';

export interface UpDockerOptions {
  /** Lower-case letters, digits and dashes; default: one of its own. */
  readonly name?: string;
  /** `process`: the host belongs to this process and is swept when that is gone. Default. */
  readonly owner?: 'process' | 'user';
  readonly onProgress?: OnProgress;
}

/** dockerd, its containerd and runc, and what sets up each container's resolver. */
const PACKAGES = ['docker.io', 'iptables'];

/**
 * Starts a Docker engine with its own data, sockets, networks and control groups. Several may stand side by side.
 *
 * @throws Unavailable where this is not Linux's root, or Debian's packages cannot be had
 */
export async function upDocker(options: UpDockerOptions = {}): Promise<DockerHost> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Unavailable('a Docker engine of the testbed needs root on Linux', ['run it as root']);
  }
  const progress = options.onProgress === undefined ? {} : { onProgress: options.onProgress };
  const name = options.name ?? `t${randomBytes(3).toString('hex')}`;
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(name)) throw new Error(`not a name for a Docker host: ${name}`);
  const tree = await debianTree(PACKAGES, progress);
  const { compose } = await ensure(['compose'], progress);
  await downAbandoned();
  // What a run of that name left, also across a restart of the machine, goes first.
  await downDocker(name);
  await mkdir(path.dirname(hostPaths(name).run), { recursive: true });
  await mkdir(hostPaths(name).run, { mode: 0o711 });
  const bridge = await createBridge();
  const owner = options.owner === 'user' ? '' : await processIdentity(process.pid);
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
