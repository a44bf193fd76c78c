import { labelsAt, listAt, textAt } from '../../evidence/read.ts';
import { jsonAnswer, UnreadableAnswer } from '../../exec/answer.ts';
import { KubectlError } from '../../exec/kubectl.ts';
import type { Connection } from './connection.ts';
import type { WorkloadView } from './workloads.ts';

/** kwok marks the nodes it plays (kwok.sigs.k8s.io, "Manage nodes"); their pods run nothing. */
const SIMULATED = 'kwok.x-k8s.io/node';

/** Those of the nodes that are simulated; none where nodes may not be read. */
async function simulatedNodes(
  { kubectl }: Connection,
  nodes: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  if (nodes.length === 0) return new Set();
  try {
    const answer: unknown = jsonAnswer(
      await kubectl.run(['get', 'nodes', ...nodes, '--ignore-not-found', '-o', 'json'], { signal }),
      'kubectl get nodes',
    );
    const items = nodes.length === 1 ? [answer] : listAt(answer, 'items');
    const simulated = items.filter((node) => SIMULATED in labelsAt(node, 'metadata', 'annotations'));
    return new Set(simulated.map((node) => textAt(node, 'metadata', 'name')));
  } catch (error) {
    if (error instanceof KubectlError || error instanceof UnreadableAnswer) return new Set();
    throw error;
  }
}

/** Names of the workloads all of whose pods are simulated: nothing real would answer there. */
export async function simulatedWorkloads(
  connection: Connection,
  views: readonly WorkloadView[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const nodes = new Set(views.flatMap(({ pods }) => pods.map(({ node }) => node)).filter((node) => node !== ''));
  const simulated = await simulatedNodes(connection, [...nodes], signal);
  const all = views.filter(({ pods }) => pods.length > 0 && pods.every(({ node }) => simulated.has(node)));
  return new Set(all.map(({ name }) => name));
}
