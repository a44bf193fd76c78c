import { at, listAt, quantityAt, textAt } from '../../base/json-path.ts';
import { podSecurityBreaches } from './pod-security.ts';

/** `cpu` in cores, the others in bytes; `storage` is of claims. Absent: not specified. */
export interface Amounts {
  readonly cpu?: number;
  readonly memory?: number;
  readonly storage?: number;
}

export interface ContainerDemands {
  readonly name: string;
  /** True for an init container, including a sidecar. */
  readonly isInit: boolean;
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** What a pod needs from the policies of its namespace: quotas and limits, priority, Pod Security. */
export interface PodDemands {
  readonly containers: readonly ContainerDemands[];
  /** Empty if none is named. */
  readonly priorityClass: string;
  /** What each Pod Security level would refuse, by the level's names for it; empty lists: nothing. */
  readonly baseline: readonly string[];
  readonly restricted: readonly string[];
}

export const NO_DEMANDS: PodDemands = { containers: [], priorityClass: '', baseline: [], restricted: [] };

/** Demands of a pod template. */
export function podDemands(template: unknown): PodDemands {
  const spec = at(template, 'spec');
  return {
    containers: [
      ...listAt(spec, 'initContainers').map((container) => demandsOf(container, true)),
      ...listAt(spec, 'containers').map((container) => demandsOf(container, false)),
    ],
    priorityClass: textAt(spec, 'priorityClassName'),
    ...podSecurityBreaches(spec),
  };
}

function demandsOf(container: unknown, isInit: boolean): ContainerDemands {
  return {
    name: textAt(container, 'name'),
    isInit,
    requests: amounts(at(container, 'resources', 'requests')),
    limits: amounts(at(container, 'resources', 'limits')),
  };
}

/** Amounts of a resource list. */
export function amounts(value: unknown): Amounts {
  const said = (['cpu', 'memory', 'storage'] as const).flatMap((of) => {
    const amount = quantityAt(value, of);
    return amount === undefined ? [] : [[of, amount]];
  });
  return Object.fromEntries(said);
}
