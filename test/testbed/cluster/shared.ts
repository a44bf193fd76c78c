import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Api } from '../../../src/rehearsal/plane/api.ts';
import { kubeconfigFile } from '../../../src/rehearsal/plane/control-plane.ts';
import { credentialFiles } from '../../../src/rehearsal/plane/credentials.ts';
import { isSameProcess } from '../../../src/rehearsal/processes/identity.ts';
import { ensure } from '../provision/ensure.ts';
import { progressPrinter } from '../provision/progress.ts';
import type { Kind } from '../shared/pool.ts';
import { Cluster } from './cluster.ts';
import { type Contents, settledContentsOf } from './contents.ts';
import { takeDown } from './down.ts';
import { emptyCluster, untilAsAtStart } from './reset.ts';
import { type ClusterState, clusterFolder, readState } from './state.ts';
import { TOOLS, upCluster } from './up.ts';

/** The nodes of a shared cluster. */
export const SHARED_NODES = { nodes: '6x8C32G', zones: 3 } as const;

const startFile = (folder: string): string => path.join(folder, 'contents-at-start.json');

/** Clusters of a test run: six simulated nodes in three zones. */
export const SHARED_CLUSTER: Kind<Cluster> = {
  kind: 'cluster',
  nameOf: ({ name }) => name,
  start: async () => {
    const cluster = await upCluster({ ...SHARED_NODES, owner: 'run', onProgress: progressPrinter() });
    const contents = [...(await settledContentsOf(cluster.api))];
    await writeFile(startFile(cluster.folder), JSON.stringify(contents));
    return cluster;
  },
  attach: async (name) => {
    const state = await readState(name);
    if (state === undefined || !(await isRunning(state))) return undefined;
    const cluster = await attach(state);
    try {
      await untilAsAtStart(cluster.api, await contentsAtStart(cluster.folder));
      return cluster;
    } catch (error) {
      process.stderr.write(`testbed: cluster ${name} is taken down: ${error}\n`);
      return undefined;
    }
  },
  clean: async (cluster) => {
    await emptyCluster(cluster.api, await contentsAtStart(cluster.folder));
    // The folder is the home of the tests' kubectl and helm: a later file must not find what they cached.
    for (const name of ['.kube', '.cache', '.config', '.local']) {
      await rm(path.join(cluster.folder, name), { recursive: true, force: true });
    }
    cluster.api.close();
  },
  takeDown: async (name) => {
    const state = await readState(name);
    if (state !== undefined) await takeDown(state);
  },
};

async function contentsAtStart(folder: string): Promise<Contents> {
  return new Map(JSON.parse(await readFile(startFile(folder), 'utf8')) as [string, string][]);
}

async function isRunning(state: ClusterState): Promise<boolean> {
  const running = await Promise.all(state.daemons.map(({ identity }) => isSameProcess(identity)));
  return state.phase === 'up' && !running.includes(false);
}

/** Connects to a cluster that another process started. */
async function attach(state: ClusterState): Promise<Cluster> {
  const folder = clusterFolder(state.name);
  const config = JSON.parse(await readFile(kubeconfigFile(folder, 'admin'), 'utf8')) as {
    readonly clusters: readonly { readonly cluster: { readonly server: string } }[];
    readonly users: readonly { readonly user: { readonly token: string } }[];
  };
  const server = config.clusters[0]?.cluster.server ?? '';
  const token = config.users[0]?.user.token ?? '';
  const api = await Api.connect({ server, token, caFile: credentialFiles(folder).serverCertificate });
  const tools = await ensure(TOOLS);
  const down = (): Promise<void> => takeDown(state);
  return new Cluster({ state, folder, server, tools, api, realNodes: [], takeDown: down });
}
