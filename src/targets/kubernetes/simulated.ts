import { simulatedAmong } from '../../exec/simulated-nodes.ts';
import type { Connection } from './connection.ts';
import type { WorkloadView } from './workloads.ts';

/** Returns the names of the workloads whose pods are all on simulated nodes: no real process would answer there. */
export async function simulatedWorkloads(
  connection: Connection,
  views: readonly WorkloadView[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const nodes = new Set(views.flatMap(({ pods }) => pods.map(({ node }) => node)).filter((node) => node !== ''));
  const simulated = await simulatedAmong(connection.kubectl, [...nodes], signal);
  const all = views.filter(({ pods }) => pods.length > 0 && pods.every(({ node }) => simulated.has(node)));
  return new Set(all.map(({ name }) => name));
}
