import type { NodeFact } from '../../../evidence/cluster/nodes.ts';
import type { LabelRule, PodShape, PodTerm } from '../../../evidence/rendered/workload.ts';
import { repels } from './usable.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether a pod may stand on a node by taints, node selector and required node affinity, whatever else is there. */
export function admits(node: NodeFact, shape: PodShape): boolean {
  return (
    !node.taints.some((taint) => repels(taint, shape.tolerations)) &&
    Object.entries(shape.nodeSelector).every(([key, value]) => node.labels[key] === value) &&
    (shape.nodeTerms.length === 0 ||
      shape.nodeTerms.some((rules) => rules.length > 0 && allHold(rules, nodeLabels(node))))
  );
}

/** Whether a pod with these labels is one that the term speaks of. */
export function isMeant(term: PodTerm, labels: Labels): boolean {
  return allHold(term.rules, labels);
}

/** The value of a topology key on a node; undefined where it has none. kubelet labels every node with its own name, which a simulated one may lack. */
export function domainOf(node: NodeFact, topologyKey: string): string | undefined {
  return node.labels[topologyKey] ?? (topologyKey === 'kubernetes.io/hostname' ? node.name : undefined);
}

/** `metadata.name` is the one field that a node affinity may ask for. */
function nodeLabels(node: NodeFact): Labels {
  return { ...node.labels, 'metadata.name': node.name };
}

function allHold(rules: readonly LabelRule[], labels: Labels): boolean {
  return rules.every((rule) => holds(rule, labels[rule.key]));
}

function holds({ operator, values }: LabelRule, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}
