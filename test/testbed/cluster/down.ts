import { rm } from 'node:fs/promises';

import { findMarked, killDaemons } from '../../../src/rehearsal/processes/daemon.ts';
import { cgroupOf, removeCgroups } from './real/cgroups.ts';
import { removeLink } from './real/namespaces.ts';
import { type ClusterState, clusterFolder, isAbandoned, listClusters, nodeInterface } from './state.ts';

/**
 * Ends a testbed's processes and removes everything that it created. Also works if its start did not complete, or its
 * owner does not exist any more.
 */
export async function takeDown(state: ClusterState): Promise<void> {
  const folder = clusterFolder(state.name);
  await killDaemons([...state.daemons, ...(await findMarked(folder))]);
  if (state.realNode !== undefined) {
    for (let index = state.realNodes ?? 1; index > 0; index -= 1) {
      await removeLink(nodeInterface(state.realNode, index));
      await removeCgroups(cgroupOf(state.name, index));
    }
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Takes down the testbeds whose owner was killed. Returns their names. */
export async function takeDownAbandoned(): Promise<string[]> {
  const names: string[] = [];
  for (const state of await listClusters()) {
    if (!(await isAbandoned(state))) continue;
    await takeDown(state);
    names.push(state.name);
  }
  return names;
}
