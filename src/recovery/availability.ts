import { LONE_POD_SECONDS, LONE_POD_SOURCE } from './figures.ts';
import { managedFigure } from './services.ts';

const YEAR_SECONDS = 365 * 86_400;

/** What an availability is made of. */
export interface Topology {
  readonly target: 'kubernetes' | 'compose';
  readonly zones: number;
  /** Processes of which one runs, by name; on one host they are no part of their own. */
  readonly alone: readonly string[];
  /** Managed services that fail over, by the name that the file gives them. */
  readonly managed: readonly { readonly service: 'postgres' | 'redis'; readonly by: string }[];
}

/** One part that every request passes. */
export interface Part {
  readonly what: string;
  /** Per cent. */
  readonly percent: number;
  readonly source: string;
}

/**
 * The parts in series, each with its published figure: the machines, what runs on one of them alone, PostgreSQL and Redis. A service that nobody publishes a figure of has no
 * part, and neither have files and vectors: without them Dify answers, if not every question.
 */
export function partsOf({ target, zones, alone, managed }: Topology): readonly Part[] {
  return [
    target === 'compose' ? ONE_HOST : zones > 1 ? SEVERAL_ZONES : ONE_ZONE,
    ...(target === 'compose' || alone.length === 0 ? [] : [lonePart(alone)]),
    ...managed.flatMap(({ service, by }) => {
      const figure = managedFigure(service, by);
      return figure === undefined ? [] : [{ what: by, percent: figure.availability, source: figure.source }];
    }),
  ];
}

/** How often a pod is moved in a year: each minor release of Kubernetes drains every node, and a machine is lost. An estimate. */
const MOVES_A_YEAR = 4;

/** Processes that run alone are away for as long as it takes to start them elsewhere. */
function lonePart(alone: readonly string[]): Part {
  const seconds = alone.length * MOVES_A_YEAR * LONE_POD_SECONDS;
  return {
    what: `what runs alone (${alone.join(', ')})`,
    percent: Math.floor(100_000 * (1 - seconds / YEAR_SECONDS)) / 1000,
    source: `${LONE_POD_SOURCE}; moved ${MOVES_A_YEAR} times a year, three releases of Kubernetes and one lost machine, is an estimate`,
  };
}

/** As read in November 2026; the Azure page itself was not, but its own documentation of virtual machines repeats the figure. */
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

/** All parts must be up at once: their product, per cent. */
export function serialAvailability(parts: readonly Part[]): number {
  return 100 * parts.reduce((product, { percent }) => product * (percent / 100), 1);
}

/** Whole seconds a year that an availability leaves for being down. */
export function downtimeSeconds(percent: number): number {
  return Math.round(YEAR_SECONDS * (1 - percent / 100));
}

/** `99.94%`, rounded down, so that what is said is never more than what is carried. */
export function formatPercent(percent: number): string {
  return `${Math.floor(percent * 1000 + 1e-6) / 1000}%`;
}
