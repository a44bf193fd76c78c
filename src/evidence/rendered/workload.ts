import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';
import { effectiveRequests, type Requests } from '../pod-requests.ts';

export interface Toleration {
  readonly key: string;
  readonly operator: string;
  readonly value: string;
  readonly effect: string;
}

/** One label expression, as in node affinities and label selectors. */
export interface LabelRule {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** Required affinity or anti-affinity to pods: to all that match `rules`, within one value of `topologyKey`. */
export interface PodTerm {
  readonly topologyKey: string;
  readonly rules: readonly LabelRule[];
}

/** One topology over which the pods of a workload are spread, by anti-affinity to their own labels or by a constraint. */
export interface Spread {
  readonly topologyKey: string;
  /** True if the scheduler must spread them, false if it prefers to. */
  readonly isRequired: boolean;
}

/** What the scheduler considers of a pod. Preferences are left out: they never prevent scheduling. */
export interface PodShape extends Requests {
  readonly labels: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  /** A node must match all rules of one of the lists; empty: any node. */
  readonly nodeTerms: readonly (readonly LabelRule[])[];
  readonly apart: readonly PodTerm[];
  readonly together: readonly PodTerm[];
}

/** The shape of a pod template. */
export function podShape(template: unknown): PodShape {
  const spec = at(template, 'spec');
  const affinity = at(spec, 'affinity');
  return {
    ...effectiveRequests(spec),
    labels: labelsAt(template, 'metadata', 'labels'),
    nodeSelector: labelsAt(spec, 'nodeSelector'),
    tolerations: listAt(spec, 'tolerations').map((one) => ({
      key: textAt(one, 'key'),
      operator: textAt(one, 'operator') || 'Equal',
      value: textAt(one, 'value'),
      effect: textAt(one, 'effect'),
    })),
    nodeTerms: nodeTerms(spec),
    apart: listAt(affinity, 'podAntiAffinity', REQUIRED).map(podTerm),
    together: listAt(affinity, 'podAffinity', REQUIRED).map(podTerm),
  };
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

/** The required node affinity of a pod: a node must match all rules of one of the lists. */
function nodeTerms(spec: unknown): readonly (readonly LabelRule[])[] {
  return listAt(spec, 'affinity', 'nodeAffinity', REQUIRED, 'nodeSelectorTerms').map((term) => [
    ...listAt(term, 'matchExpressions').map(labelRule),
    ...listAt(term, 'matchFields').map(labelRule),
  ]);
}

/** The node selector and the required node affinity of a pod in one form. Undefined if it may run on any node. */
export function nodeRules(spec: unknown): readonly (readonly LabelRule[])[] | undefined {
  const selected = labelRules({ matchLabels: labelsAt(spec, 'nodeSelector') });
  const terms = nodeTerms(spec);
  if (terms.length > 0) return terms.map((rules) => [...selected, ...rules]);
  return selected.length > 0 ? [selected] : undefined;
}

/** The topologies over which a pod template spreads its own pods. Required and preferred terms count. */
export function spreadOf(template: unknown): readonly Spread[] {
  const labels = labelsAt(template, 'metadata', 'labels');
  const affinity = at(template, 'spec', 'affinity', 'podAntiAffinity');
  const preferred = listAt(affinity, 'preferredDuringSchedulingIgnoredDuringExecution');
  const constraints = listAt(template, 'spec', 'topologySpreadConstraints');
  const terms = [
    ...listAt(affinity, REQUIRED).map((term) => [term, true] as const),
    ...preferred.map((term) => [at(term, 'podAffinityTerm'), false] as const),
    ...constraints.map((one) => [one, textAt(one, 'whenUnsatisfiable') !== 'ScheduleAnyway'] as const),
  ];
  return terms
    .map(([term, isRequired]) => ({ ...podTerm(term), isRequired }))
    .filter(({ rules }) => rules.length > 0 && hasLabels(rules, labels))
    .map(({ topologyKey, isRequired }) => ({ topologyKey, isRequired }));
}

function podTerm(term: unknown): PodTerm {
  return { topologyKey: textAt(term, 'topologyKey'), rules: labelRules(at(term, 'labelSelector')) };
}

/** The rules of a label selector: its labels, then its expressions. */
export function labelRules(selector: unknown): readonly LabelRule[] {
  const equal = Object.entries(labelsAt(selector, 'matchLabels'));
  return [
    ...equal.map(([key, value]) => ({ key, operator: 'In', values: [value] })),
    ...listAt(selector, 'matchExpressions').map(labelRule),
  ];
}

/** True if the labels meet all rules (kubernetes.io, Labels and Selectors). `Gt` and `Lt` exist for nodes only. */
export function hasLabels(rules: readonly LabelRule[], labels: Readonly<Record<string, string>>): boolean {
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

function labelRule(rule: unknown): LabelRule {
  return {
    key: textAt(rule, 'key'),
    operator: textAt(rule, 'operator'),
    values: listAt(rule, 'values').filter((value): value is string => typeof value === 'string'),
  };
}
