import { CLUSTER_NODES, type NodeFact } from '../cluster/nodes.ts';
import { CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { HOST_ENGINE } from '../host/engine.ts';

/** Architectures, in Go's names, of the machines that containers will run on: the engine's, or the nodes that take pods. */
export const IMAGES_MACHINES = evidenceKey<readonly string[]>('images.machines', 1);

/** What `uname -m` calls them, as docker's engine does, in Go's names, as images do. */
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
