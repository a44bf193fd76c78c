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
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
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
    nodeTerms: listAt(affinity, 'nodeAffinity', required, 'nodeSelectorTerms').map((term) => [
      ...listAt(term, 'matchExpressions').map(labelRule),
      ...listAt(term, 'matchFields').map(labelRule),
    ]),
    apart: listAt(affinity, 'podAntiAffinity', required).map(podTerm),
    together: listAt(affinity, 'podAffinity', required).map(podTerm),
  };
}

function podTerm(term: unknown): PodTerm {
  const equal = Object.entries(labelsAt(term, 'labelSelector', 'matchLabels'));
  return {
    topologyKey: textAt(term, 'topologyKey'),
    rules: [
      ...equal.map(([key, value]) => ({ key, operator: 'In', values: [value] })),
      ...listAt(term, 'labelSelector', 'matchExpressions').map(labelRule),
    ],
  };
}

function labelRule(rule: unknown): LabelRule {
  return {
    key: textAt(rule, 'key'),
    operator: textAt(rule, 'operator'),
    values: listAt(rule, 'values').filter((value): value is string => typeof value === 'string'),
  };
}
