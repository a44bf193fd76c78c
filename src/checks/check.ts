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
  'logging',
  'config',
  'app',
] as const;
export type Subject = (typeof SUBJECTS)[number];

export const SEVERITIES = ['error', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];
export const STATUSES = ['pass', 'warn', 'fail', 'skip', 'unknown'] as const;
export type Status = (typeof STATUSES)[number];
export const PHASES = ['preflight', 'postflight', 'audit'] as const;
export type Phase = (typeof PHASES)[number];

/** One thing that a check covered: a bucket, a sentinel, a workload. */
export interface Observation {
  readonly subject: string;
  readonly from: EvidenceOrigin;
  readonly status: Status;
  readonly observed: string;
  readonly expected: string;
}

/**
 * What `judge` returns. The engine adds id, subject, severity and duration, caps the status and applies accepted risks.
 * `remedy` replaces the remedy of the check.
 */
export interface Judgement {
  readonly status: Status;
  readonly observed: string;
  readonly expected: string;
  readonly message: string;
  readonly remedy?: string;
  /** What else is needed before this finding can be an accepted risk. Absent if a reason is enough. */
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
  /** The message of the finding that severity `info` turned into a pass. */
  readonly note?: string;
  readonly accepted?: { readonly reason: string; readonly until?: string };
  /** Why the accepted risk in the file does not apply. `message` contains it too. */
  readonly notAccepted?: string;
  /** Present if a policy sets the severity: the severity that it replaced, and the reason. */
  readonly policy?: { readonly was: Severity; readonly reason: string };
  /** Absent if all evidence was collected on this machine in this run. */
  readonly sources?: readonly EvidenceSource[];
  readonly durationMs: number;
}

/**
 * The input of `judge`: the deployment (undefined if the current cluster is judged without a file) and the evidence
 * that the check lists.
 */
export interface JudgeContext {
  readonly tier: Tier;
  readonly deployment: Deployment | undefined;
  /** The time of the judgement, for dates and accepted risks. From evidence, never from the clock. */
  readonly now: Date;
  /**
   * Data of a key in `requires`; if any of it is missing, the engine answers without calling `judge`. Throws
   * if the key is not listed or its evidence is not `ok`.
   */
  evidence<T>(key: EvidenceKey<T>): T;
  /** The whole evidence of a key in `requires` or `optional`, whatever its outcome. Throws if the key is not listed. */
  optionalEvidence<T>(key: EvidenceKey<T>): Evidence<T> | undefined;
}

/** One question with an id, answered purely from the deployment and the evidence. */
export interface Check {
  /** Stable, dotted, lower case; its first word is the subject. */
  readonly id: string;
  readonly title: string;
  readonly phases: readonly Phase[];
  readonly severity: (tier: Tier) => Severity;
  /**
   * Whether the check applies: `{ skip }` reports it as skipped with this reason, `false` omits it. Default: always.
   */
  readonly when?: (deployment: Deployment | undefined, tier: Tier) => true | false | { readonly skip: string };
  /**
   * Evidence that the check cannot do without: if it is missing, the result is `unknown`, or `skip` if `config.renders`
   * reports the cause.
   */
  readonly requires: readonly EvidenceKey<unknown>[];
  /** Evidence that `judge` uses if it is present. */
  readonly optional?: readonly EvidenceKey<unknown>[];
  readonly judge: (context: JudgeContext) => Judgement;
  /** The one next step, unless the judgement has a more exact one. */
  readonly remedy: string;
}

/** The policy, as a report shows it. */
export interface PolicyFacts {
  readonly name: string;
  readonly file: string;
  /** The nodes that the policy requires in place of the published ones: `8 × 16C/64G`. */
  readonly nodes?: string;
}

export const GRADES = ['A', 'B', 'C', 'D', 'E', 'F'] as const;
export type Grade = (typeof GRADES)[number];

/** What an audit concludes from its results (`audit/grade.ts`). */
export interface AuditVerdict {
  readonly grade: Grade;
  /** 0 to 100. */
  readonly score: number;
  /** The findings with the highest risk, at most ten, the worst first. `risk` is 1 to 10. */
  readonly worst: readonly {
    readonly id: string;
    readonly status: Status;
    readonly risk: number;
    readonly message: string;
  }[];
  /** For each finding, what a deployment of difyctl has instead. */
  readonly changes: readonly { readonly id: string; readonly change: string }[];
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
  /** `--fail-on warn`: `warn` and `unknown` block too. Absent: only what always blocks (`exit.ts`). */
  readonly failOn?: 'warn';
  /** The policy that extends the published checklist. */
  readonly policy?: PolicyFacts;
  readonly durationMs: number;
  /** Result of `--wait`: milliseconds waited, how many times the failed checks ran again, and why the wait ended. */
  readonly waited?: {
    readonly ms: number;
    readonly rounds: number;
    readonly endedBy: 'passed' | 'timeout' | 'unrecoverable';
  };
  readonly summary: Readonly<Record<Status, number>>;
  readonly checks: readonly CheckResult[];
  /** Present if the phase is `audit`. */
  readonly audit?: AuditVerdict;
}
