import { at, listAt, quantityAt, textAt } from '../../base/json-path.ts';
import { podSecurityBreaches } from './pod-security.ts';

/** Cores, bytes; `storage` is of claims. Absent: not said. */
export interface Amounts {
  readonly cpu?: number;
  readonly memory?: number;
  readonly storage?: number;
}

export interface ContainerDemands {
  readonly name: string;
  /** True for one that runs before the others; a sidecar among them counts so too. */
  readonly isInit: boolean;
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/** What a pod asks of the rules of its namespace: quotas and limits, priority, Pod Security. */
export interface PodDemands {
  readonly containers: readonly ContainerDemands[];
  /** Empty: none named. */
  readonly priorityClass: string;
  /** What each Pod Security level would refuse, in its own words; empty lists: nothing. */
  readonly baseline: readonly string[];
  readonly restricted: readonly string[];
}

export const NO_DEMANDS: PodDemands = { containers: [], priorityClass: '', baseline: [], restricted: [] };

/** Of a pod template. */
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

/** Cores and bytes of a resource list. */
export function amounts(value: unknown): Amounts {
  const said = (['cpu', 'memory', 'storage'] as const).flatMap((of) => {
    const amount = quantityAt(value, of);
    return amount === undefined ? [] : [[of, amount]];
  });
  return Object.fromEntries(said);
}
