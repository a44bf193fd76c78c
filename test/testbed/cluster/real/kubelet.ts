import { mkdir, writeFile } from 'node:fs/promises';

import { kubeconfigFile } from '../../../../src/rehearsal/plane/control-plane.ts';
import { hostsFile, type NodeSpec, nodeFiles, POD_RANGE } from './node.ts';
import { runtimeFiles } from './runtime.ts';

/** Writes the configuration of kubelet, kube-proxy and CoreDNS. */
export async function writeNodeConfig(node: NodeSpec): Promise<void> {
  const files = nodeFiles(node);
  await mkdir(node.folder, { recursive: true });
  await writeFile(files.kubelet, JSON.stringify(kubeletConfig(node), undefined, 2));
  await writeFile(files.proxy, JSON.stringify(proxyConfig(node), undefined, 2));
  await writeFile(files.resolv, `nameserver ${node.dns}\n`);
  if (!node.runsDns) return;
  await writeFile(hostsFile(node.testbedFolder), '');
  await writeFile(files.corefile, corefile(node));
}

function kubeletConfig(node: NodeSpec): object {
  const files = nodeFiles(node);
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: node.addresses.node,
    // Only this machine (over the link), the node's own pods and the testbed's other node can reach this address.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    containerRuntimeEndpoint: `unix://${runtimeFiles(node.folder).socket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: node.cgroup,
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    clusterDNS: [node.dns],
    clusterDomain: 'cluster.local',
    resolvConf: files.resolv,
    volumePluginDir: files.plugins,
    // A full disk of this machine must not make the node evict pods.
    evictionHard: { 'memory.available': '0%', 'nodefs.available': '0%', 'imagefs.available': '0%' },
    // A process that starts before its database is up starts again soon. The default doubles the pause up to 5 minutes.
    crashLoopBackOff: { maxContainerRestartPeriod: '5s' },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
  };
}

function proxyConfig({ name, testbedFolder }: NodeSpec): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig: kubeconfigFile(testbedFolder, 'kubeProxy') },
    mode: 'iptables',
    hostnameOverride: name,
    clusterCIDR: POD_RANGE,
    oomScoreAdj: 0,
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    // These limits apply to the whole machine, so they are not changed.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}

/** CoreDNS resolves names in `hosts` first, then the cluster's own. Other names do not resolve. */
const corefile = ({ dns, testbedFolder }: NodeSpec): string => `.:53 {
  bind ${dns}
  errors
  hosts ${hostsFile(testbedFolder)} {
    reload 500ms
    ttl 1
    fallthrough
  }
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfigFile(testbedFolder, 'coredns')}
    ttl 5
  }
}
`;

/** The kubelet's command line. */
export function kubeletArgs(node: NodeSpec): string[] {
  const files = nodeFiles(node);
  const labels = [
    'topology.kubernetes.io/region=sim-1',
    'topology.kubernetes.io/zone=sim-1a',
    'node.kubernetes.io/instance-type=this-machine',
  ];
  return [
    `--config=${files.kubelet}`,
    `--kubeconfig=${files.kubeconfig}`,
    `--root-dir=${files.kubeletRoot}`,
    `--cert-dir=${files.pki}`,
    `--hostname-override=${node.name}`,
    `--node-ip=${node.addresses.node}`,
    `--node-labels=${labels.join(',')}`,
  ];
}
