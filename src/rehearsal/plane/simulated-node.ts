import { type NodeClass, nodeResources } from './node-class.ts';

/** kwok manages the nodes with this annotation. It distinguishes a simulated node from a real one. */
const SIMULATED = { 'kwok.x-k8s.io/node': 'fake' } as const;
/** Prevents kwok from making the node Ready again. */
export const HELD_NOT_READY = 'simulation/not-ready';

const REGION = 'sim-1';

/** The name of the node with this index. */
export const simulatedName = (index: number): string => `sim-${index + 1}`;
/** The zone of the node with this index: zones are assigned in turn. */
export const simulatedZone = (index: number, zones: number): string =>
  `${REGION}${String.fromCharCode(97 + (index % zones))}`;

/** Quantities by resource: `cpu`, `memory`, `pods`, … */
type Quantities = Readonly<Record<string, string>>;

export interface SimulatedNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly capacity: Quantities;
  readonly allocatable: Quantities;
  /** Port of kwok's kubelet server, which serves logs of simulated pods. */
  readonly kubeletPort: number;
  readonly kubernetesVersion: string;
}

/** A Node object that kwok manages, Ready from the start. */
export function simulatedNode(node: SimulatedNode) {
  const { name, labels, spec, capacity, allocatable, kubeletPort, kubernetesVersion } = node;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, annotations: SIMULATED, labels },
    spec,
    status: {
      ...{ capacity, allocatable, conditions: healthyConditions() },
      // kwok answers for every node's kubelet, on this machine only.
      addresses: [
        { type: 'InternalIP', address: '127.0.0.1' },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
      nodeInfo: {
        architecture: labels['kubernetes.io/arch'] ?? 'amd64',
        operatingSystem: 'linux',
        osImage: 'Debian GNU/Linux 12 (bookworm)',
        kernelVersion: '6.1.0-28-cloud-amd64',
        kubeletVersion: `v${kubernetesVersion}`,
        kubeProxyVersion: `v${kubernetesVersion}`,
        containerRuntimeVersion: 'containerd://1.7.24',
        ...{ bootID: '', machineID: '', systemUUID: '' },
      },
    },
  };
}

function healthyConditions() {
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string) => ({
    ...{ type, status, reason, message },
    ...{ lastHeartbeatTime: now, lastTransitionTime: now },
  });
  return [
    condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
  ];
}

interface NodeOfClass extends Pick<SimulatedNode, 'kubeletPort' | 'kubernetesVersion'> {
  readonly class: NodeClass;
  /** Counts from 0 over the lifetime of the control plane. Name and zone are derived from it. */
  readonly index: number;
  readonly zones: number;
}

/** A Node like that of a managed Kubernetes. Zones are assigned in turn. */
export function nodeManifest(node: NodeOfClass) {
  const name = simulatedName(node.index);
  const { cpus, memoryGi } = node.class;
  return simulatedNode({
    name,
    labels: {
      'kubernetes.io/hostname': name,
      'kubernetes.io/arch': 'amd64',
      'kubernetes.io/os': 'linux',
      'node.kubernetes.io/instance-type': `sim.${cpus}c${memoryGi}g`,
      'topology.kubernetes.io/region': REGION,
      'topology.kubernetes.io/zone': simulatedZone(node.index, node.zones),
    },
    spec: { providerID: `sim://${REGION}/${name}` },
    ...nodeResources(node.class),
    kubeletPort: node.kubeletPort,
    kubernetesVersion: node.kubernetesVersion,
  });
}
