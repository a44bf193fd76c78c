import type { Tier } from '../checklist/tiers.ts';

/** The drills of a rehearsal, in the order in which they run. */
export const DRILL_KINDS = [
  'schedule',
  'spread',
  'node-loss',
  'zone-loss',
  'two-node-loss',
  'drain',
  'rollout',
  'autoscale',
  'autoscale-node-loss',
] as const;
export type DrillKind = (typeof DRILL_KINDS)[number];

/**
 * Returns the drills that run if none are named. `lostNodes`: how many nodes may be lost at once, as the file promises.
 */
export function defaultDrills(lostNodes: number): readonly DrillKind[] {
  return DRILL_KINDS.filter((kind) => kind !== 'two-node-loss' || lostNodes > 1);
}

export const DRILL_STATUSES = ['pass', 'warn', 'fail', 'skip'] as const;
export type DrillStatus = (typeof DRILL_STATUSES)[number];

/** A pod that does not become ready, with the reason in the words of the scheduler or of a controller. */
export interface PendingPod {
  readonly pod: string;
  readonly reason: string;
}

/** What a drill showed of one component. */
export interface ComponentOutcome {
  /** A component of Dify, or the name of another workload of the release. */
  readonly component: string;
  readonly status: DrillStatus;
  readonly replicas: number;
  /** The smallest number of ready replicas during the drill. */
  readonly minimumReady: number;
  /** The smallest number that the rendered set promises during this drill. */
  readonly promisedReady: number;
  /** Seconds until all replicas were ready again, by scheduler and controllers alone. Undefined if they never were. */
  readonly readyAfter?: number | undefined;
  readonly pending: readonly PendingPod[];
  /** Why the status is not `pass`; empty if it is. */
  readonly reason: string;
}

/** A pod of a component in a picture of the nodes. */
export interface PlacedPod {
  readonly component: string;
  /** Empty if it waits for a node. */
  readonly node: string;
  readonly ready: boolean;
}

/** Where the pods were before a drill, when the fewest were ready, and at its end. */
export interface Placements {
  readonly before: readonly PlacedPod[];
  readonly during: readonly PlacedPod[];
  readonly after: readonly PlacedPod[];
}

/** One drill: of a kind, on a subject (a node, a zone, or all). */
export interface DrillResult {
  readonly kind: DrillKind;
  readonly subject: string;
  readonly status: DrillStatus;
  readonly message: string;
  /** The next step. Empty if the drill passed. */
  readonly remedy: string;
  /** Seconds that the drill took on the throwaway control plane. */
  readonly seconds: number;
  readonly components: readonly ComponentOutcome[];
  /** For pictures; JSON documents leave it out. Undefined if the drill did not run. */
  readonly placements?: Placements;
}

/** A time that a simulation cannot show, from the rendered set or published. */
export interface PublishedTime {
  readonly name: 'detection' | 'eviction' | 'start' | 'volume-attach';
  readonly seconds: number;
  readonly appliesTo: string;
  readonly source: string;
}

export interface RehearsalReport {
  readonly deployment: string;
  readonly tier: Tier;
  /** Digest of the rendered set and the chart, without the name of the Secret. */
  readonly renderedSet: string;
  readonly shape: {
    readonly source: 'cluster' | 'flags';
    readonly digest: string;
    readonly nodes: number;
    readonly zones: number;
    /** Digest of zone, size, taints and schedulability of each node. Absent in records of older versions. */
    readonly nodesDigest?: string | undefined;
    /** Version of the API server that decided. */
    readonly kubernetes: string;
  };
  /** The zone of each node, for pictures; JSON documents leave it out. */
  readonly zoneByNode: Readonly<Record<string, string>>;
  readonly summary: Readonly<Record<DrillStatus, number>>;
  readonly drills: readonly DrillResult[];
  /** Added to `readyAfter`, they give the time in a real cluster. */
  readonly published: readonly PublishedTime[];
  /** What a simulation cannot show. */
  readonly limits: readonly string[];
  readonly seconds: number;
}

/** A report as documents contain it: without the data of pictures. */
export type PrintedRehearsal = Omit<RehearsalReport, 'zoneByNode' | 'drills'> & {
  readonly drills: readonly Omit<DrillResult, 'placements'>[];
};

/** Returns the report without the data of pictures. */
export function printedRehearsal({ zoneByNode: _, drills, ...report }: RehearsalReport): PrintedRehearsal {
  return { ...report, drills: drills.map(({ placements: _pictures, ...drill }) => drill) };
}

/** Returns the number of drills of each status. */
export function summarizeDrills(drills: readonly Pick<DrillResult, 'status'>[]): RehearsalReport['summary'] {
  const count = (status: DrillStatus): number => drills.filter((drill) => drill.status === status).length;
  return { pass: count('pass'), warn: count('warn'), fail: count('fail'), skip: count('skip') };
}

const WORST: readonly DrillStatus[] = ['fail', 'warn', 'pass', 'skip'];

/** Returns the worst of some statuses; `skip` if there is none. */
export function worstOf(statuses: readonly DrillStatus[]): DrillStatus {
  return WORST.find((status) => statuses.includes(status)) ?? 'skip';
}
