import { CLUSTER_NODES, type NodeFact } from '../cluster/nodes.ts';
import { CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { HOST_ENGINE } from '../host/engine.ts';

/**
 * Go's names of the architectures of the machines that will run containers: the engine's, or of nodes that accept pods.
 */
export const IMAGES_MACHINES = evidenceKey<readonly string[]>('images.machines', 1);

/** `uname -m` names, as docker's engine reports them, to Go's names, as images use them. */
const GO_NAMES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'arm' };

export const machinesCollector: Collector<readonly string[]> = {
  key: IMAGES_MACHINES,
  timeoutMs: 70_000,
  collect: async ({ deployment }, need) => {
    if (deployment === undefined) throw new CollectionError('absent', 'a deployment file');
    if (deployment.target.type === 'compose') {
      const { architecture } = await need(HOST_ENGINE);
      return [GO_NAMES[architecture] ?? architecture];
    }
    const nodes = await need(CLUSTER_NODES);
    return [...new Set(nodes.filter(takesPods).map(({ architecture }) => architecture))].sort();
  },
};

function takesPods({ ready, schedulable, os, taints }: NodeFact): boolean {
  return ready && schedulable && os === 'linux' && !taints.some(({ effect }) => effect.startsWith('No'));
}
