import { counted } from '../../base/words.ts';
import type { Tier } from '../../checklist/tiers.ts';
import type { PodState } from '../observation/pod.ts';
import { podsOf, type Workload } from '../observation/workload.ts';
import type { ComponentOutcome } from '../report.ts';
import { isRedundant } from './expectation.ts';

export interface SpreadInput {
  readonly tier: Tier;
  readonly workloads: readonly Workload[];
  readonly pods: readonly PodState[];
  /** The zone of each node; empty if it has none. */
  readonly zoneByNode: ReadonlyMap<string, string>;
  /** Zones of the nodes that pods can be scheduled on. */
  readonly zones: number;
  /** Zones that the file promises (`recovery.topology.zones`). */
  readonly promisedZones: number;
  /** Access modes of each claim of the namespace. */
  readonly claimModes: ReadonlyMap<string, readonly string[]>;
}

/** Judges the placement: replicas of a component on several nodes, and in several zones if the file promises them. */
export function spreadOutcomes(input: SpreadInput): readonly ComponentOutcome[] {
  return input.workloads.map((workload) => {
    const own = podsOf(workload, input.pods);
    const ready = own.filter((pod) => pod.ready).length;
    const fault = spreadFault(input, workload, own);
    return {
      component: workload.component,
      status: fault === undefined ? 'pass' : fault.status,
      ...{ replicas: workload.replicas, minimumReady: ready, promisedReady: 0, readyAfter: 0, pending: [] },
      reason: fault?.reason ?? '',
    };
  });
}

interface SpreadFault {
  readonly status: 'fail' | 'warn';
  readonly reason: string;
}

function spreadFault(input: SpreadInput, workload: Workload, pods: readonly PodState[]): SpreadFault | undefined {
  const nodes = [...new Set(pods.map(({ node }) => node).filter((node) => node !== ''))];
  const shared = pods
    .flatMap(({ claims }) => claims)
    .find((claim) => input.claimModes.get(claim)?.every((mode) => mode === 'ReadWriteOnce') === true);
  if (shared !== undefined && nodes.length > 1) {
    const reason = `Multi-Attach error: claim ${shared} is ReadWriteOnce, and its pods are on ${nodes.length} nodes`;
    return { status: 'fail', reason };
  }
  if (!isRedundant(workload, input.tier)) return undefined;
  const words = counted(pods.length, 'replica');
  if (pods.length < 2) return { status: 'fail', reason: `${words}: the loss of its node stops the component` };
  if (nodes.length === 1) return { status: 'fail', reason: `${words} on one node, ${nodes[0]}` };
  const zones = new Set(nodes.map((node) => input.zoneByNode.get(node) ?? ''));
  if (input.promisedZones > 1 && input.zones < 2) {
    return { status: 'fail', reason: `the file promises ${input.promisedZones} zones, and the nodes are in one` };
  }
  if (zones.size > 1 || input.zones < 2) return undefined;
  const status = input.promisedZones > 1 ? 'fail' : 'warn';
  return { status, reason: `${words} in one zone, ${[...zones][0]}` };
}
