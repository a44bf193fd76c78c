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
import { kubeletArgs, NODE_NAME, nodeFiles, writeNodeConfig } from './kubelet.ts';
import { makeNamespaces, type Namespaces, nodeAddresses, requireRoot } from './namespaces.ts';
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

/** The node's programs, which must exist before any of them is started. */
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

export interface NodeContext {
  readonly folder: string;
  readonly testbed: string;
  readonly number: number;
  readonly start: (spec: Omit<DaemonSpec, 'folder' | 'log'>) => Promise<Daemon>;
}

/** Creates the link before the API server starts, which listens on its near end. */
export async function prepareNode(context: NodeContext): Promise<Namespaces> {
  await makeCgroups(context.testbed);
  return await makeNamespaces(context.folder, context.number, context.start);
}

/** Starts containerd, kubelet, kube-proxy and CoreDNS in the node's namespaces. Returns when the node is Ready. */
export async function startNode(
  context: NodeContext,
  parts: NodeParts,
  namespaces: Namespaces,
  control: { readonly api: Api; readonly server: string; readonly tokens: TestbedTokens },
): Promise<RealNode> {
  const { folder, testbed } = context;
  const addresses = nodeAddresses(context.number);
  const startInside = async (name: string, file: string, args: readonly string[]): Promise<void> => {
    await context.start({ name, ...namespaces.inside(file, args) });
  };
  await writeRuntimeConfig(folder, TOOLBOX_IMAGE, addresses.pods);
  await writeNodeConfig({ folder, testbed, addresses });
  for (const user of ['kubelet', 'kubeProxy', 'coredns'] as const) {
    const { serverCertificate: caFile } = credentialFiles(folder);
    const file = kubeconfigFile(folder, user);
    await writeKubeconfig({
      file,
      server: control.server,
      caFile,
      token: control.tokens[user],
      context: contextName(testbed),
      user,
    });
  }
  const runtime = runtimeFiles(folder);
  await startInside('containerd', 'containerd', ['--config', runtime.config]);
  await poll('containerd listens', async () => ((await stat(runtime.socket)).isSocket() ? true : undefined), {
    explain: () => logTail(logFile(folder, 'containerd')),
  });
  const node = new RealNode({ name: NODE_NAME, hostAddress: addresses.host, folder, namespaces });
  await node.importImage(parts.toolboxArchive);
  await startInside('kubelet', parts.kubelet, kubeletArgs(folder, addresses));
  await startInside('kube-proxy', parts.kubeProxy, [`--config=${nodeFiles(folder).proxy}`]);
  await startInside('coredns', parts.coredns, ['-conf', nodeFiles(folder).corefile]);
  await untilReady(control.api, folder);
  return node;
}

async function untilReady(api: Api, folder: string): Promise<void> {
  await poll(
    `node ${NODE_NAME} is Ready`,
    async () => {
      const node = (await api.get(`/api/v1/nodes/${NODE_NAME}`)) as {
        readonly spec: { readonly taints?: readonly { readonly key: string }[] };
        readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
      };
      const ready = node.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
      return ready && (node.spec.taints ?? []).length === 0 ? true : undefined;
    },
    { timeoutMs: 120_000, explain: () => logTail(logFile(folder, 'kubelet'), 15) },
  );
}
