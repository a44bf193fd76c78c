import { SINGLE_POD_SECONDS, SINGLE_POD_SOURCE } from './figures.ts';
import { managedFigure } from './services.ts';

const YEAR_SECONDS = 365 * 86_400;

/** What the availability depends on. */
export interface Topology {
  readonly target: 'kubernetes' | 'compose';
  readonly zones: number;
  /** Names of processes with one replica. On one host they are not counted separately. */
  readonly singleReplica: readonly string[];
  /** Managed services that fail over, by the name that the file gives them. */
  readonly managed: readonly { readonly service: 'postgres' | 'redis'; readonly by: string }[];
}

/** One part that every request passes through. */
export interface Part {
  readonly what: string;
  /** Per cent. */
  readonly percent: number;
  readonly source: string;
}

/**
 * The parts in series, each with its published figure: the machines, processes with one replica, PostgreSQL and Redis.
 * A service without a published figure is no part. Files and vectors are no parts either: without them Dify still
 * answers, although not every question.
 */
export function partsOf({ target, zones, singleReplica, managed }: Topology): readonly Part[] {
  return [
    target === 'compose' ? ONE_HOST : zones > 1 ? SEVERAL_ZONES : ONE_ZONE,
    ...(target === 'compose' || singleReplica.length === 0 ? [] : [singleReplicaPart(singleReplica)]),
    ...managed.flatMap(({ service, by }) => {
      const figure = managedFigure(service, by);
      return figure === undefined ? [] : [{ what: by, percent: figure.availability, source: figure.source }];
    }),
  ];
}

/**
 * How often a pod is moved in a year: each minor release of Kubernetes drains every node, and one machine is lost. An
 * estimate.
 */
const MOVES_A_YEAR = 4;

/** Processes with one replica are missing until they have started elsewhere. */
function singleReplicaPart(singleReplica: readonly string[]): Part {
  const seconds = singleReplica.length * MOVES_A_YEAR * SINGLE_POD_SECONDS;
  return {
    what: `components with one replica (${singleReplica.join(', ')})`,
    percent: Math.floor(100_000 * (1 - seconds / YEAR_SECONDS)) / 1000,
    source: `${SINGLE_POD_SOURCE}; the estimate of ${MOVES_A_YEAR} moves a year counts three Kubernetes upgrades and one lost machine`,
  };
}

/** Read in November 2026, except the Azure page; Azure's documentation of virtual machines repeats its figure. */
const ONE_HOST: Part = { what: 'one host', percent: 99.5, source: 'aws.amazon.com/compute/sla, one instance: 99.5 %' };
const ONE_ZONE: Part = {
  what: 'machines in one zone',
  percent: 99.95,
  source: 'azure.microsoft.com/support/legal/sla/virtual-machines, two or more in one availability set: 99.95 %',
};
const SEVERAL_ZONES: Part = {
  what: 'machines in several zones',
  percent: 99.99,
  source: 'aws.amazon.com/compute/sla, instances in two or more zones: 99.99 %',
};

/** The product of all parts, in per cent: all must be up at once. */
export function serialAvailability(parts: readonly Part[]): number {
  return 100 * parts.reduce((product, { percent }) => product * (percent / 100), 1);
}

/** Whole seconds of downtime a year that an availability allows. */
export function downtimeSeconds(percent: number): number {
  return Math.round(YEAR_SECONDS * (1 - percent / 100));
}

/** `99.94%`, rounded down, so that the text never claims more than the value. */
export function formatPercent(percent: number): string {
  return `${Math.floor(percent * 1000 + 1e-6) / 1000}%`;
}
