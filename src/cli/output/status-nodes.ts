import { withinMs } from '../../base/time-limit.ts';
import { counted } from '../../base/words.ts';
import { nodeFact } from '../../evidence/cluster/nodes.ts';
import { kubectl } from '../../exec/kubectl.ts';
import type { DeploymentContext } from '../../operations/open-deployment.ts';
import type { RehearsalRecord } from '../../rehearsal/rehearsal-record.ts';
import { readRehearsals } from '../../rehearsal/rehearsal-record.ts';
import { type NodesSummary, nodesSummary, shapeNodes } from '../../rehearsal/shape/shape.ts';

/** How long `status` waits for the nodes. */
const LIMIT_MS = 30_000;

/**
 * Reads the nodes of the cluster, to compare them with those of a rehearsal. Undefined if no rehearsal is stored, on
 * Compose, and if the nodes cannot be read. Never throws.
 */
export async function nodesNow(
  { deployment, paths, runner, kubeArgs }: DeploymentContext,
  signal: AbortSignal,
): Promise<NodesSummary | undefined> {
  if (deployment.target.type !== 'kubernetes') return undefined;
  try {
    if ((await readRehearsals(paths)).records.length === 0) return undefined;
    const limit = withinMs(LIMIT_MS, signal);
    const nodes = await kubectl(runner, kubeArgs).list('/api/v1/nodes', nodeFact, limit);
    return nodesSummary(shapeNodes(nodes));
  } catch {
    return undefined;
  }
}

/** How the nodes differ from those of a rehearsal. Undefined if they do not, or if it is not known. */
export function shapeDifference(
  { nodes, zones, nodesDigest }: RehearsalRecord['shape'],
  now: NodesSummary | undefined,
): string | undefined {
  if (now === undefined) return undefined;
  if (nodes !== now.nodes || zones !== now.zones)
    return `the cluster now has ${counted(now.nodes, 'node')} in ${counted(now.zones, 'zone')}`;
  if (nodesDigest === undefined || nodesDigest === now.nodesDigest) return undefined;
  return 'the nodes of the cluster now differ in zone, size, taints or schedulability';
}
