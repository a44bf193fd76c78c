import type { OnProgress } from '../base/events.ts';
import type { Rendered } from '../render/rendered.ts';

/** One object or service that applying would touch. */
export interface Change {
  readonly action: 'create' | 'change' | 'delete';
  readonly kind: string;
  readonly name: string;
  /** Paths that differ, without values of secrets. */
  readonly paths?: readonly string[];
}

export interface Plan {
  readonly changes: readonly Change[];
  /** Digest of all that would be applied; equal digests are the same plan. */
  readonly digest: string;
}

/** Where the deployment would go, shown before anybody is asked. */
export interface Place {
  readonly target: 'kubernetes' | 'compose';
  /** Stable identity of the cluster or engine; another one under the same name is refused. */
  readonly identity: string;
  /** Lines such as `context prod-eu`, `server https://…`, `user …`, `namespace dify`, `release none`, in order. */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
}

/** What the living installation is. */
export interface LiveRelease {
  readonly exists: boolean;
  /** Helm's or Compose's own word: deployed, failed, pending-install, running, … */
  readonly status: string;
  readonly revision: number | undefined;
  readonly workloads: readonly WorkloadStatus[];
}

export interface WorkloadStatus {
  readonly name: string;
  readonly desired: number;
  readonly ready: number;
  readonly restarts: number;
  readonly detail: string;
  readonly simulated: boolean;
}

export interface ApplyOptions {
  readonly revision: number;
  readonly atomic: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** What failed, in the target's own words, kept before anything is rolled back. */
export interface ApplyFailure {
  readonly workload: string;
  readonly reason: string;
  readonly logs: readonly string[];
  readonly events: readonly string[];
}

export type ApplyResult =
  | { readonly outcome: 'applied' | 'unchanged'; readonly releaseRevision: number | undefined }
  | {
      readonly outcome: 'failed';
      readonly summary: string;
      readonly failures: readonly ApplyFailure[];
      /** What state was left, one sentence. */
      readonly state: string;
    };

/** Kubernetes and Compose behind one interface. Every call may throw ExternalError. */
export interface Target {
  place(signal: AbortSignal): Promise<Place>;
  inspect(signal: AbortSignal): Promise<LiveRelease>;
  plan(rendered: Rendered, signal: AbortSignal): Promise<Plan>;
  apply(rendered: Rendered, options: ApplyOptions): Promise<ApplyResult>;
  /** Ends or awaits what a dead run left, and brings a release out of `pending-*`. Says what it did. */
  recover(signal: AbortSignal, onProgress: OnProgress): Promise<readonly string[]>;
  /** Removes the installation; claims, data and secrets are kept. Says what stays. */
  remove(options: {
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
    readonly onProgress: OnProgress;
  }): Promise<{ readonly kept: readonly string[] }>;
}
