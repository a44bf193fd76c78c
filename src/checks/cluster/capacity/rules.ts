import type { NodeFact } from '../../../evidence/cluster/nodes.ts';
import { hasLabels, type PodShape, type PodTerm } from '../../../evidence/rendered/workload.ts';
import { repels } from './usable.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * True if taints, node selector and required node affinity allow the pod on the node. Other pods are not considered.
 */
export function admits(node: NodeFact, shape: PodShape): boolean {
  return (
    !node.taints.some((taint) => repels(taint, shape.tolerations)) &&
    Object.entries(shape.nodeSelector).every(([key, value]) => node.labels[key] === value) &&
    (shape.nodeTerms.length === 0 ||
      shape.nodeTerms.some((rules) => rules.length > 0 && hasLabels(rules, nodeLabels(node))))
  );
}

/** True if the term selects a pod with these labels. */
export function isMeant(term: PodTerm, labels: Labels): boolean {
  return hasLabels(term.rules, labels);
}

/**
 * The value of a topology key on a node; undefined if the node does not have it. kubelet labels every node with its
 * name; a simulated node may lack that label, so its name is used.
 */
export function domainOf(node: NodeFact, topologyKey: string): string | undefined {
  return node.labels[topologyKey] ?? (topologyKey === 'kubernetes.io/hostname' ? node.name : undefined);
}

/** `metadata.name` is the only field that a node affinity may select. */
function nodeLabels(node: NodeFact): Labels {
  return { ...node.labels, 'metadata.name': node.name };
}
