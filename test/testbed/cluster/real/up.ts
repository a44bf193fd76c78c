import { stat } from 'node:fs/promises';
import type { Api } from '../../../../src/rehearsal/plane/api.ts';
import { kubeconfigFile, logFile } from '../../../../src/rehearsal/plane/control-plane.ts';
import { credentialFiles, writeKubeconfig } from '../../../../src/rehearsal/plane/credentials.ts';
import { poll } from '../../../../src/rehearsal/plane/poll.ts';
import { type Daemon, type DaemonSpec, logTail } from '../../../../src/rehearsal/processes/daemon.ts';
import { saveImage } from '../../images/build.ts';
import { ensureDebian } from '../../provision/debian.ts';
import { type EnsureOptions, ensure } from '../../provision/ensure.ts';
import { contextName } from '../state.ts';
import type { TestbedTokens } from '../users.ts';
import { makeCgroups } from './cgroups.ts';
import { kubeletArgs, writeNodeConfig } from './kubelet.ts';
import { linkNodes, type MadeNode, makeNamespaces, requireRoot } from './namespaces.ts';
import { type NodePlace, type NodeSpec, nodeFiles, nodeSpec } from './node.ts';
import { RealNode } from './real-node.ts';
import { runtimeFiles, writeRuntimeConfig } from './runtime.ts';

/** The testbed's smallest image: pause, and a server and a client for network tests. */
export const TOOLBOX_IMAGE = 'testbed.invalid/toolbox:1';

const PACKAGES = [
  'containerd',
  'runc',
  'containernetworking-plugins',
  'iptables',
  'conntrack',
  'iproute2',
  'util-linux',
];

/** The programs of real nodes, which must exist before any of them is started. */
export interface NodeParts {
  readonly kubelet: string;
  readonly kubeProxy: string;
  readonly coredns: string;
  readonly toolboxArchive: string;
}

/** @throws Unavailable if this machine cannot run a real node */
export async function provideNode(options: EnsureOptions): Promise<NodeParts> {
  requireRoot();
  const progress = options.onProgress === undefined ? {} : { onProgress: options.onProgress };
  await ensureDebian(PACKAGES, progress);
  const programs = await ensure(['kubelet', 'kube-proxy', 'coredns'], options);
  const toolboxArchive = await saveImage(TOOLBOX_IMAGE, progress);
  return { kubelet: programs.kubelet, kubeProxy: programs['kube-proxy'], coredns: programs.coredns, toolboxArchive };
}

export interface NodeContext extends NodePlace {
  readonly start: (spec: Omit<DaemonSpec, 'folder' | 'log'>) => Promise<Daemon>;
}

/** Creates the links before the API server starts, which listens on the near end of the first node's link. */
export async function prepareNodes(context: NodeContext, count: number): Promise<readonly MadeNode[]> {
  const made: MadeNode[] = [];
  for (const index of [1, 2] as const) {
    if (index > count) break;
    const node = nodeSpec(context, index);
    await makeCgroups(node.cgroup);
    made.push({ node, namespaces: await makeNamespaces(node, context.start) });
  }
  const [one, other] = made;
  if (one !== undefined && other !== undefined) await linkNodes(one, other);
  return made;
}

interface Control {
  readonly api: Api;
  readonly server: string;
  readonly tokens: TestbedTokens;
}

/** Starts containerd, kubelet, kube-proxy and the cluster's DNS in the nodes' namespaces. Returns when all are Ready. */
export async function startNodes(
  context: NodeContext,
  parts: NodeParts,
  made: readonly MadeNode[],
  control: Control,
): Promise<readonly RealNode[]> {
  const hostAddress = made[0]?.node.addresses.host ?? '';
  const nodes: RealNode[] = [];
  for (const one of made) nodes.push(await startNode(context, parts, { ...one, hostAddress }, control));
  for (const { node } of made) await untilReady(control.api, node);
  return nodes;
}

async function startNode(
  context: NodeContext,
  parts: NodeParts,
  made: MadeNode & { readonly hostAddress: string },
  control: Control,
): Promise<RealNode> {
  const { node, namespaces } = made;
  const startInside = async (name: string, file: string, args: readonly string[]): Promise<void> => {
    await context.start({ name: `${name}-${node.name}`, ...namespaces.inside(file, args) });
  };
  await writeRuntimeConfig(node.folder, TOOLBOX_IMAGE, node.addresses.pods);
  await writeNodeConfig(node);
  for (const user of [node.user, 'kubeProxy', 'coredns'] as const) {
    const { serverCertificate: caFile } = credentialFiles(context.folder);
    const [file, token] = [kubeconfigFile(context.folder, user), control.tokens[user]];
    await writeKubeconfig({ file, server: control.server, caFile, token, context: contextName(context.testbed), user });
  }
  const runtime = runtimeFiles(node.folder);
  await startInside('containerd', 'containerd', ['--config', runtime.config]);
  await poll('containerd listens', async () => ((await stat(runtime.socket)).isSocket() ? true : undefined), {
    explain: () => logTail(logFile(context.folder, `containerd-${node.name}`)),
  });
  const started = new RealNode(made, made.hostAddress);
  await started.importImage(parts.toolboxArchive);
  await startInside('kubelet', parts.kubelet, kubeletArgs(node));
  await startInside('kube-proxy', parts.kubeProxy, [`--config=${nodeFiles(node).proxy}`]);
  if (node.runsDns) await startInside('coredns', parts.coredns, ['-conf', nodeFiles(node).corefile]);
  return started;
}

async function untilReady(api: Api, { name, testbedFolder }: NodeSpec): Promise<void> {
  await poll(
    `node ${name} is Ready`,
    async () => {
      const node = (await api.get(`/api/v1/nodes/${name}`)) as {
        readonly spec: { readonly taints?: readonly { readonly key: string }[] };
        readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
      };
      const ready = node.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
      return ready && (node.spec.taints ?? []).length === 0 ? true : undefined;
    },
    { timeoutMs: 120_000, explain: () => logTail(logFile(testbedFolder, `kubelet-${name}`), 15) },
  );
}
