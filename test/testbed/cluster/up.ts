import {
  type ControlPlane,
  kubeconfigFile,
  logFile,
  serverUrl,
  startControlPlane,
} from '../../../src/rehearsal/plane/control-plane.ts';
import { credentialFiles, writeCredentials, writeKubeconfig } from '../../../src/rehearsal/plane/credentials.ts';
import { parseNodes } from '../../../src/rehearsal/plane/node-class.ts';
import { poll } from '../../../src/rehearsal/plane/poll.ts';
import { startSimulation } from '../../../src/rehearsal/plane/simulation.ts';
import { type Daemon, type DaemonSpec, logTail, startDaemon } from '../../../src/rehearsal/processes/daemon.ts';
import { PLANE_PROGRAMS } from '../../../src/rehearsal/programs/table.ts';
import { ensure } from '../provision/ensure.ts';
import type { OnProgress } from '../provision/progress.ts';
import { type Owner, ownerIdentity } from '../shared/run.ts';
import { Cluster, type ClusterTools } from './cluster.ts';
import { takeDown, takeDownAbandoned } from './down.ts';
import { type NodeParts, prepareNodes, provideNode, startNodes } from './real/up.ts';
import { createClasses, testbedStages } from './simulation.ts';
import { type ClusterState, claimCluster, clusterFolder, contextName, saveState } from './state.ts';
import { TESTBED_USERS } from './users.ts';

/** What a user of a cluster runs. */
export const TOOLS = ['kubectl', 'helm3', 'helm4'] as const;

export interface UpOptions {
  /** Simulated nodes, such as `6x8C32G` or `4x8C32G,2x4C16G`; `0` for none. */
  readonly nodes: string;
  /** Number of zones of the nodes. Default: 1. */
  readonly zones?: number;
  /** Adds a node that runs real containers (root only). */
  readonly realNode?: boolean;
  /** How many of them, with a link between the two. Default: 1. */
  readonly realNodes?: 1 | 2;
  readonly name?: string;
  /**
   * `process` (default): the testbed belongs to this process and is removed when that no longer runs. `run`: likewise
   * the test run.
   */
  readonly owner?: Owner;
  /** Which of kubectl, helm 3 and helm 4 to provide. Default: all. */
  readonly tools?: readonly (typeof TOOLS)[number][];
  /** Try published binaries before building. */
  readonly releases?: boolean;
  readonly onProgress?: OnProgress;
  /** Called with one line per step. */
  readonly onStep?: (step: string) => void;
}

let made = 0;

/**
 * Starts a cluster: a real control plane with simulated nodes, and real nodes on request.
 *
 * @throws Unavailable with the reason if this machine cannot run it. Nothing remains then.
 */
export async function upCluster(options: UpOptions): Promise<Cluster> {
  parseNodes(options.nodes);
  const provide = {
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    ...(options.releases === undefined ? {} : { releases: options.releases }),
  };
  const programs = await ensure(PLANE_PROGRAMS, provide);
  const tools = await ensure(options.tools ?? TOOLS, provide);
  const nodeParts = options.realNode === true ? await provideNode(provide) : undefined;
  await takeDownAbandoned();
  made += 1;
  const state = await claimCluster({
    name: options.name ?? `t-${process.pid}-${made}`,
    zones: options.zones ?? 1,
    realNodes: options.realNode === true ? (options.realNodes ?? 1) : 0,
    owner: await ownerIdentity(options.owner ?? 'process'),
  });
  try {
    return await bringUp(state, { programs, tools, nodeParts }, options);
  } catch (error) {
    await takeDown(state);
    throw error;
  }
}

interface Provided {
  readonly programs: ControlPlane['programs'];
  readonly tools: ClusterTools;
  readonly nodeParts: NodeParts | undefined;
}

async function bringUp(state: ClusterState, provided: Provided, options: UpOptions): Promise<Cluster> {
  const folder = clusterFolder(state.name);
  const step = options.onStep ?? (() => undefined);
  const start = (spec: Omit<DaemonSpec, 'folder' | 'log'>): Promise<Daemon> =>
    startRecorded(state, { ...spec, folder, log: logFile(folder, spec.name) });
  const place = { folder, testbed: state.name, number: state.realNode ?? 0, start };
  const made = await prepareNodes(place, state.realNodes ?? 0);
  const address = made[0]?.node.addresses.host ?? '127.0.0.1';
  const tokens = await writeCredentials(folder, TESTBED_USERS);
  const { ports, name } = state;
  const plane = { folder, ports, context: contextName(name), programs: provided.programs, tokens, address, start };
  step('etcd, API server, controller manager, scheduler');
  const { api, server } = await startPlane(plane);
  const realNodes =
    provided.nodeParts === undefined ? [] : await startNodes(place, provided.nodeParts, made, { api, server, tokens });
  for (const node of realNodes) step(`real node: ${node.name}`);
  const { tools } = provided;
  const cluster = new Cluster({ state, folder, server, tools, api, realNodes, takeDown: () => takeDown(state) });
  await cluster.addNodes(options.nodes);
  step(`simulated nodes: ${options.nodes}`);
  await untilPodsCanBeMade(cluster);
  state.phase = 'up';
  await saveState(state);
  return cluster;
}

async function startPlane(plane: ControlPlane) {
  const { folder, context } = plane;
  const server = serverUrl(plane);
  const api = await startControlPlane(plane);
  await writeKubeconfig({
    file: kubeconfigFile(folder, 'admin'),
    server,
    caFile: credentialFiles(folder).serverCertificate,
    token: plane.tokens.admin,
    context,
    user: 'testbed-admin',
  });
  await startSimulation(plane, await testbedStages());
  await createClasses(api);
  return { api, server };
}

async function startRecorded(state: ClusterState, spec: DaemonSpec): Promise<Daemon> {
  const daemon = await startDaemon(spec);
  state.daemons.push(daemon);
  await saveState(state);
  return daemon;
}

/**
 * Waits for the default service account, which every pod needs. The controller manager creates it soon after its start.
 */
async function untilPodsCanBeMade(cluster: Cluster): Promise<void> {
  await poll(
    'the default service account exists',
    async () => {
      await cluster.api.get('/api/v1/namespaces/default/serviceaccounts/default');
      return true;
    },
    { explain: () => logTail(logFile(cluster.folder, 'kube-controller-manager')) },
  );
}
