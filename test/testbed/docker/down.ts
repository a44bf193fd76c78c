import { rm } from 'node:fs/promises';

import { execa } from 'execa';

import { isSameProcess } from '../../../src/rehearsal/processes/identity.ts';
import { removeInterfaces } from './bridge.ts';
import { clientEnvironment } from './client.ts';
import { type DockerState, dockerHosts, hostPaths, loadState } from './host.ts';
import { endGroup, endProcesses, endRunning, removeControlGroups, unmountTree } from './leftovers.ts';

/**
 * Ends a Docker host and removes all of it: containers, networks, mounts, bridges, processes and folders. Also works if
 * its daemon was killed. Does nothing if the host does not exist.
 */
export async function downDocker(name: string): Promise<void> {
  const paths = hostPaths(name);
  const state = await loadState(name);
  if (state !== undefined) await endDaemon(state);
  await endGroup(paths.cgroup);
  await endProcesses((arg) => arg === `--exec-root=${paths.exec}` || arg.startsWith(`${paths.exec}/`));
  if (state !== undefined) await removeInterfaces(state.network);
  await unmountTree(paths.run);
  await unmountTree(paths.data);
  await removeControlGroups(paths.cgroup);
  await rm(paths.data, { recursive: true, force: true });
  await rm(paths.run, { recursive: true, force: true });
}

/** Ends the hosts whose owner no longer runs, such as a killed test run. */
export async function downAbandoned(): Promise<void> {
  for (const name of await dockerHosts()) {
    const state = await loadState(name);
    if (state === undefined || state.owner === '' || (await isSameProcess(state.owner))) continue;
    await downDocker(name);
  }
}

async function endDaemon(state: DockerState): Promise<void> {
  if (!(await isSameProcess(state.daemon))) return;
  const docker = (...args: string[]) =>
    execa('docker', args, { env: clientEnvironment(state.name), stdin: 'ignore', reject: false, timeout: 60_000 });
  const { stdout: containers } = await docker('ps', '--all', '--quiet');
  const ids = containers.split('\n').filter((id) => id !== '');
  if (ids.length > 0) await docker('rm', '--force', '--volumes', ...ids);
  await docker('network', 'prune', '--force');
  await endRunning(state.daemon);
}
