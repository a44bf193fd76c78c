import type { NodeFact } from '../../src/evidence/cluster/nodes.ts';
import type { PodSums } from '../../src/evidence/cluster/pods.ts';
import { NO_DEMANDS } from '../../src/evidence/rendered/demands.ts';
import type { PlannedClaim, PlannedWorkload, RenderedSet } from '../../src/evidence/rendered/set.ts';
import type { PodShape } from '../../src/evidence/rendered/workload.ts';

export const GIB = 2 ** 30;

/** A healthy node as clouds report it: an instance of 32 GiB reports 30.9 GiB. */
export function node(
  name: string,
  over: Partial<NodeFact> & { readonly cpu?: number; readonly memoryGiB?: number } = {},
): NodeFact {
  const { cpu = 8, memoryGiB = 30.9, ...rest } = over;
  return {
    name,
    ready: true,
    schedulable: true,
    os: 'linux',
    architecture: 'amd64',
    kubeletVersion: 'v1.34.2',
    labels: { 'kubernetes.io/hostname': name },
    taints: [],
    capacity: { cpu, memory: memoryGiB * GIB, pods: 110 },
    allocatable: { cpu: cpu - 0.1, memory: (memoryGiB - 2) * GIB, pods: 110 },
    ephemeralStorage: 90 * GIB,
    troubles: [],
    simulated: false,
    ...rest,
  };
}

/** Equal nodes, distributed over `zones` round-robin. */
export function nodes(
  count: number,
  over: Parameters<typeof node>[1] & { readonly zones?: number } = {},
): readonly NodeFact[] {
  const { zones = 0, ...rest } = over;
  return Array.from({ length: count }, (_, index) => {
    const name = `n${index + 1}`;
    const zone = zones === 0 ? {} : { 'topology.kubernetes.io/zone': `z${(index % zones) + 1}` };
    return node(name, { labels: { 'kubernetes.io/hostname': name, ...zone }, ...rest });
  });
}

export const NO_PODS: PodSums = { nodes: [], waiting: { cpu: 0, memory: 0, count: 0 }, own: 0 };

export function shape(cpu: number, memoryGiB: number, over: Partial<PodShape> = {}): PodShape {
  return {
    cpu,
    memory: memoryGiB * GIB,
    labels: {},
    nodeSelector: {},
    tolerations: [],
    nodeTerms: [],
    apart: [],
    together: [],
    ...over,
  };
}

export function workload(
  name: string,
  replicas: number,
  pod: PodShape,
  over: Partial<PlannedWorkload> = {},
): PlannedWorkload {
  return { kind: 'Deployment', name, replicas, images: [`${name}:1`], claims: [], pod, demands: NO_DEMANDS, ...over };
}

/** A claim of 5 GiB of the default class, ReadWriteOnce. */
export function claim(name: string, over: Partial<PlannedClaim> = {}): PlannedClaim {
  return { name, accessModes: ['ReadWriteOnce'], storageClass: undefined, storage: 5 * GIB, count: 1, ...over };
}

export function rendered(over: Partial<RenderedSet> = {}): RenderedSet {
  return { objects: [], workloads: [], claims: [], ingresses: [], routes: [], autoscalers: [], ...over };
}
