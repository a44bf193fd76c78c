import { labelsAt, listAt, textAt } from '../base/json-path.ts';
import { jsonAnswer, UnreadableAnswer } from './answer.ts';
import { type Kubectl, KubectlError } from './kubectl.ts';

/** Annotation of nodes that kwok simulates (kwok.sigs.k8s.io, "Manage nodes"). Their pods run nothing. */
const SIMULATED = 'kwok.x-k8s.io/node';
/** The label with the zone of a node (kubernetes.io, Well-Known Labels). */
const ZONE = 'topology.kubernetes.io/zone';

/** Where a pod runs. */
export interface NodePlace {
  /** Empty if the node has no zone. */
  readonly zone: string;
  /** True if kwok simulates the node. */
  readonly simulated: boolean;
}

/** Returns the names of the simulated nodes of the cluster. Empty if nodes may not be read. */
export async function simulatedNodes(kubectl: Kubectl, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const names = await ifReadable(() => kubectl.list('/api/v1/nodes', simulatedName, signal));
  return new Set(names);
}

/**
 * Returns the places of these nodes by their names, for a caller that asks repeatedly in a large cluster. Empty if
 * nodes may not be read.
 */
export async function nodesNamed(
  kubectl: Kubectl,
  nodes: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, NodePlace>> {
  if (nodes.length === 0) return new Map();
  const found = await ifReadable(async () => {
    const text = await kubectl.run(['get', 'nodes', ...nodes, '--ignore-not-found', '-o', 'json'], { signal });
    if (text.trim() === '') return [];
    const answer: unknown = jsonAnswer(text, 'kubectl get nodes');
    return nodes.length === 1 ? [answer] : listAt(answer, 'items');
  });
  return new Map(
    (found ?? []).map((node) => [
      textAt(node, 'metadata', 'name'),
      { zone: labelsAt(node, 'metadata', 'labels')[ZONE] ?? '', simulated: simulatedName(node) !== undefined },
    ]),
  );
}

/** Returns which of these nodes are simulated. Empty if nodes may not be read. */
export async function simulatedAmong(
  kubectl: Kubectl,
  nodes: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const places = await nodesNamed(kubectl, nodes, signal);
  return new Set([...places].flatMap(([name, { simulated }]) => (simulated ? [name] : [])));
}

function simulatedName(node: unknown): string | undefined {
  return SIMULATED in labelsAt(node, 'metadata', 'annotations') ? textAt(node, 'metadata', 'name') : undefined;
}

async function ifReadable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof KubectlError || error instanceof UnreadableAnswer) return undefined;
    throw error;
  }
}
