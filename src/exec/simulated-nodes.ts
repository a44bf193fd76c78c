import { labelsAt, listAt, textAt } from '../base/json-path.ts';
import { jsonAnswer, UnreadableAnswer } from './answer.ts';
import { type Kubectl, KubectlError } from './kubectl.ts';

/** Annotation of nodes that kwok simulates (kwok.sigs.k8s.io, "Manage nodes"). Their pods run nothing. */
const SIMULATED = 'kwok.x-k8s.io/node';

/** Returns the names of the simulated nodes of the cluster. Empty if nodes may not be read. */
export async function simulatedNodes(kubectl: Kubectl, signal: AbortSignal): Promise<ReadonlySet<string>> {
  return noneIfUnreadable(() => kubectl.list('/api/v1/nodes', simulatedName, signal));
}

/**
 * Returns which of these nodes are simulated, for a caller that asks repeatedly in a large cluster. Empty if nodes may
 * not be read.
 */
export async function simulatedAmong(
  kubectl: Kubectl,
  nodes: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  if (nodes.length === 0) return new Set();
  return noneIfUnreadable(async () => {
    const text = await kubectl.run(['get', 'nodes', ...nodes, '--ignore-not-found', '-o', 'json'], { signal });
    const answer: unknown = jsonAnswer(text, 'kubectl get nodes');
    return (nodes.length === 1 ? [answer] : listAt(answer, 'items')).flatMap((node) => simulatedName(node) ?? []);
  });
}

function simulatedName(node: unknown): string | undefined {
  return SIMULATED in labelsAt(node, 'metadata', 'annotations') ? textAt(node, 'metadata', 'name') : undefined;
}

async function noneIfUnreadable(names: () => Promise<readonly string[]>): Promise<ReadonlySet<string>> {
  try {
    return new Set(await names());
  } catch (error) {
    if (error instanceof KubectlError || error instanceof UnreadableAnswer) return new Set();
    throw error;
  }
}
