import type { Tier } from '../checklist/tiers.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { Evidence, EvidenceKey, EvidenceOrigin } from '../evidence/evidence.ts';

export const SUBJECTS = [
  'tools',
  'cluster',
  'host',
  'names',
  'images',
  'release',
  'postgres',
  'redis',
  'object-storage',
  'vector-store',
  'mail',
  'recovery',
  'config',
  'app',
] as const;
export type Subject = (typeof SUBJECTS)[number];

export const SEVERITIES = ['error', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];
export const STATUSES = ['pass', 'warn', 'fail', 'skip', 'unknown'] as const;
export type Status = (typeof STATUSES)[number];
export type Phase = 'preflight' | 'postflight';

/** One thing looked at: a bucket, a sentinel, a workload. */
export interface Observation {
  readonly subject: string;
  readonly from: EvidenceOrigin;
  readonly status: Status;
  readonly observed: string;
  readonly expected: string;
}

/** What `judge` answers; the engine adds id, severity, cap, acceptance and time. `remedy` overrides the check's own, where the observation knows better. */
export interface Judgement {
  readonly status: Status;
  readonly observed: string;
  readonly expected: string;
  readonly message: string;
  readonly remedy?: string;
  /** What is missing before this fault can be an accepted risk; absent where a reason is enough. */
  readonly acceptanceLacks?: string;
  readonly observations?: readonly Observation[];
}

/** Where and when evidence is from, if not from this machine in this run: a pod of the cluster, or saved evidence. */
export interface EvidenceSource {
  /** Name of the evidence: `cluster.nodes`. */
  readonly key: string;
  readonly from: EvidenceOrigin;
  readonly at: string;
  /** True if loaded by `--from-evidence`. */
  readonly saved: boolean;
}

export interface CheckResult extends Judgement {
  readonly id: string;
  readonly subject: Subject;
  readonly severity: Severity;
  readonly remedy: string;
  /** The fault that severity `info` turned into a pass. */
  readonly note?: string;
  readonly accepted?: { readonly reason: string; readonly until?: string };
  /** Why the file's acceptance of this fault does not count; it stands in the message too. */
  readonly notAccepted?: string;
  /** A policy sets the severity: what it would be otherwise, and why. */
  readonly policy?: { readonly was: Severity; readonly reason: string };
  /** Absent if all evidence was collected on this machine in this run. */
  readonly sources?: readonly EvidenceSource[];
  readonly durationMs: number;
}

/** What a rule may see: the deployment (absent when the current cluster is judged without a file) and the evidence it asked for. */
export interface JudgeContext {
  readonly tier: Tier;
  readonly deployment: Deployment | undefined;
  /** The day judged, for dates and acceptance; from evidence, never from the clock. */
  readonly now: Date;
  /** Data of a key listed in `needs`; the engine has answered `unknown` before `judge` is called where any of it is missing. */
  evidence<T>(key: EvidenceKey<T>): T;
  /** The whole evidence of a key in `needs` or `wants`, whatever its outcome. */
  optionalEvidence<T>(key: EvidenceKey<T>): Evidence<T> | undefined;
}

/** One question with an id, answered purely from the deployment and the evidence. */
export interface Check {
  /** Stable, dotted, lower case; its first word is the subject. */
  readonly id: string;
  readonly title: string;
  readonly phases: readonly Phase[];
  readonly severity: (tier: Tier) => Severity;
  /** Whether the question arises. Where it does not, a reason for `skip`, or false to leave it out. Default: always. */
  readonly when?: (deployment: Deployment | undefined, tier: Tier) => true | false | { readonly skip: string };
  /** Evidence without which there is no answer. */
  readonly requires: readonly EvidenceKey<unknown>[];
  /** Evidence that `judge` looks at where it is there. */
  readonly optional?: readonly EvidenceKey<unknown>[];
  readonly judge: (context: JudgeContext) => Judgement;
  /** The one next step where the judgement has none of its own. */
  readonly remedy: string;
}

/** A policy as a report shows it. */
export interface PolicyFacts {
  readonly name: string;
  readonly file: string;
  /** The nodes it asks for in place of the published ones: `8 × 16C/64G`. */
  readonly nodes?: string;
}

/** The document of `-o json`. */
export interface CheckReport {
  readonly apiVersion: string;
  readonly kind: 'CheckReport';
  readonly difyctl: string;
  readonly time: string;
  readonly deployment?: string | undefined;
  readonly tier: Tier;
  readonly target: 'kubernetes' | 'compose';
  /** Context and namespace, or the directory: `prod-eu/dify`. */
  readonly location: string;
  readonly phase: Phase;
  /** `--fail-on warn`: a warning blocks too. Absent: a `fail` does. */
  readonly failOn?: 'warn';
  /** The policy that was laid over the published checklist. */
  readonly policy?: PolicyFacts;
  readonly durationMs: number;
  /** How `--wait` went: milliseconds, how many times failed checks ran again, and what ended the wait. */
  readonly waited?: {
    readonly ms: number;
    readonly rounds: number;
    readonly endedBy: 'passed' | 'timeout' | 'unrecoverable';
  };
  readonly summary: Readonly<Record<Status, number>>;
  readonly checks: readonly CheckResult[];
}
