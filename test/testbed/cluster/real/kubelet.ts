import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { kubeconfigFile } from '../../../../src/rehearsal/plane/control-plane.ts';
import { cgroupOf } from './cgroups.ts';
import type { nodeAddresses } from './namespaces.ts';
import { runtimeFiles } from './runtime.ts';

export const NODE_NAME = 'real-1';

export interface NodeConfig {
  readonly folder: string;
  readonly testbed: string;
  readonly addresses: ReturnType<typeof nodeAddresses>;
}

/** Paths of the files of the node's programs. */
export function nodeFiles(folder: string) {
  const root = path.join(folder, 'node');
  return {
    root,
    kubelet: path.join(root, 'kubelet.json'),
    proxy: path.join(root, 'kube-proxy.json'),
    corefile: path.join(root, 'Corefile'),
    hosts: path.join(root, 'hosts'),
    resolv: path.join(root, 'resolv.conf'),
  };
}

/** Writes the configuration of kubelet, kube-proxy and CoreDNS. */
export async function writeNodeConfig(config: NodeConfig): Promise<void> {
  const files = nodeFiles(config.folder);
  await mkdir(files.root, { recursive: true });
  await writeFile(files.kubelet, JSON.stringify(kubeletConfig(config), undefined, 2));
  await writeFile(files.proxy, JSON.stringify(proxyConfig(config), undefined, 2));
  await writeFile(files.resolv, `nameserver ${config.addresses.node}\n`);
  await writeFile(files.hosts, '');
  await writeFile(files.corefile, corefile(config));
}

function kubeletConfig({ folder, testbed, addresses }: NodeConfig): object {
  const files = nodeFiles(folder);
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: addresses.node,
    // Only this machine (over the link) and the node's own pods can reach this address.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    containerRuntimeEndpoint: `unix://${runtimeFiles(folder).socket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroupOf(testbed),
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    clusterDNS: [addresses.node],
    clusterDomain: 'cluster.local',
    resolvConf: files.resolv,
    volumePluginDir: path.join(files.root, 'plugins'),
    // A full disk of this machine must not make the node evict pods.
    evictionHard: { 'memory.available': '0%', 'nodefs.available': '0%', 'imagefs.available': '0%' },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
  };
}

function proxyConfig({ folder, addresses }: NodeConfig): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig: kubeconfigFile(folder, 'kubeProxy') },
    mode: 'iptables',
    hostnameOverride: NODE_NAME,
    clusterCIDR: addresses.pods,
    oomScoreAdj: 0,
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    // These limits apply to the whole machine, so they are not changed.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}

/** CoreDNS resolves names in `hosts` first, then the cluster's own. Other names do not resolve. */
const corefile = ({ folder, addresses }: NodeConfig): string => `.:53 {
  bind ${addresses.node}
  errors
  hosts ${nodeFiles(folder).hosts} {
    reload 500ms
    ttl 1
    fallthrough
  }
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfigFile(folder, 'coredns')}
    ttl 5
  }
}
`;

/** The kubelet's command line. */
export function kubeletArgs(folder: string, addresses: NodeConfig['addresses']): string[] {
  const files = nodeFiles(folder);
  const labels = [
    'topology.kubernetes.io/region=sim-1',
    'topology.kubernetes.io/zone=sim-1a',
    'node.kubernetes.io/instance-type=this-machine',
  ];
  return [
    `--config=${files.kubelet}`,
    `--kubeconfig=${kubeconfigFile(folder, 'kubelet')}`,
    `--root-dir=${path.join(files.root, 'kubelet')}`,
    `--cert-dir=${path.join(files.root, 'pki')}`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${addresses.node}`,
    `--node-labels=${labels.join(',')}`,
  ];
}
