import type { NodeFact, Taint } from '../../../evidence/cluster/nodes.ts';
import type { Toleration } from '../../../evidence/rendered/workload.ts';

/** Architectures that Dify's images are published for. */
const ARCHITECTURES = ['amd64', 'arm64'];

/** Why the node cannot run pods of the deployment; undefined if it can. */
export function whyUnusable(node: NodeFact, tolerations: readonly Toleration[]): string | undefined {
  if (!node.ready) return 'is not ready';
  if (!node.schedulable) return 'is cordoned';
  if (node.os !== 'linux') return `runs ${node.os || 'an unknown system'}`;
  if (!ARCHITECTURES.includes(node.architecture)) return `is ${node.architecture || 'of unknown architecture'}`;
  const taint = node.taints.find((candidate) => repels(candidate, tolerations));
  return taint === undefined ? undefined : `has the taint ${formatTaint(taint)}`;
}

/** True if the taint keeps new pods out and none of these tolerations covers it. */
export function repels(taint: Taint, tolerations: readonly Toleration[]): boolean {
  if (taint.effect !== 'NoSchedule' && taint.effect !== 'NoExecute') return false;
  return !tolerations.some((toleration) => tolerates(toleration, taint));
}

/** As the scheduler does: an empty key with Exists covers every taint, an empty effect covers every effect. */
function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== '' && toleration.effect !== taint.effect) return false;
  if (toleration.operator === 'Exists') return toleration.key === '' || toleration.key === taint.key;
  return toleration.key === taint.key && toleration.value === taint.value;
}

function formatTaint({ key, value, effect }: Taint): string {
  return `${key}${value === '' ? '' : `=${value}`}:${effect}`;
}

/** Tolerations that all these pods have. A node must not require any other. */
export function commonTolerations(
  pods: readonly { readonly tolerations: readonly Toleration[] }[],
): readonly Toleration[] {
  const [first, ...others] = pods.map((pod) => pod.tolerations);
  const same = (a: Toleration) => (b: Toleration) => JSON.stringify(a) === JSON.stringify(b);
  return (first ?? []).filter((toleration) => others.every((list) => list.some(same(toleration))));
}
