import { type NodeClass, nodeResources } from './node-class.ts';

/** kwok manages the nodes with this annotation. It distinguishes a simulated node from a real one. */
const SIMULATED = { 'kwok.x-k8s.io/node': 'fake' } as const;
/** Prevents kwok from making the node Ready again. */
export const HELD_NOT_READY = 'simulation/not-ready';

const REGION = 'sim-1';

export interface SimulatedNode {
  readonly class: NodeClass;
  /** Counts from 0 over the lifetime of the control plane. Name and zone are derived from it. */
  readonly index: number;
  readonly zones: number;
  /** Port of kwok's kubelet server, which serves logs of simulated pods. */
  readonly kubeletPort: number;
  readonly kubernetesVersion: string;
}

/** A Node like that of a managed Kubernetes, Ready from the start. Zones are assigned round-robin. */
export function nodeManifest(node: SimulatedNode) {
  const name = `sim-${node.index + 1}`;
  const { cpus, memoryGi } = node.class;
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: SIMULATED,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        'node.kubernetes.io/instance-type': `sim.${cpus}c${memoryGi}g`,
        'topology.kubernetes.io/region': REGION,
        'topology.kubernetes.io/zone': `${REGION}${String.fromCharCode(97 + (node.index % node.zones))}`,
      },
    },
    spec: { providerID: `sim://${REGION}/${name}` },
    status: {
      ...nodeResources(node.class),
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      // kwok answers for every node's kubelet, on this machine only.
      addresses: [
        { type: 'InternalIP', address: '127.0.0.1' },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: node.kubeletPort } },
      nodeInfo: {
        architecture: 'amd64',
        operatingSystem: 'linux',
        osImage: 'Debian GNU/Linux 12 (bookworm)',
        kernelVersion: '6.1.0-28-cloud-amd64',
        kubeletVersion: `v${node.kubernetesVersion}`,
        kubeProxyVersion: `v${node.kubernetesVersion}`,
        containerRuntimeVersion: 'containerd://1.7.24',
        bootID: '',
        machineID: '',
        systemUUID: '',
      },
    },
  };
}
