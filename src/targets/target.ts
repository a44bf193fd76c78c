import type { OnProgress } from '../base/events.ts';
import type { ComponentName } from '../checklist/components.ts';
import type { Drift } from '../evidence/drift/drift.ts';
import type { Rendered, RenderedFile } from '../render/rendered.ts';
import type { LockStore } from '../state/lock/store.ts';
import type { Revision } from '../state/revisions/revision.ts';
import type { RevisionStore } from '../state/revisions/store.ts';
import type { TargetIdentity } from '../state/target-identity.ts';

/** One object or service that applying would touch. */
export interface PlannedChange {
  readonly action: 'create' | 'change' | 'delete';
  readonly kind: string;
  readonly name: string;
  /** Paths that differ, without values of secrets. */
  readonly paths?: readonly string[];
  /** The same with values; fields that only follow from others (which Secret is read, checksums) are left out. */
  readonly fields?: readonly FieldChange[];
}

/** A field with its value before and after, for people; a side is absent if there is none, both if they may be secret. */
export interface FieldChange {
  readonly path: string;
  readonly was?: string;
  readonly is?: string;
  readonly secret?: true;
}

export interface Plan {
  readonly changes: readonly PlannedChange[];
  /** What was changed by others since the last install, and would be undone; every object of it that stays is among the changes. */
  readonly drift: readonly Drift[];
  /** Secrets with other values than before, by their path in the file (`postgres.password`). */
  readonly secrets?: readonly string[];
  /** Workloads whose pods or containers are replaced. */
  readonly rolls?: readonly string[];
  /** Digest of all that would be applied and of what it would change; equal digests are the same plan. */
  readonly digest: string;
  /** Whether helm or compose itself has something to do; false where only difyctl's own objects change, or nothing. */
  readonly touchesRelease: boolean;
  /** What would be deleted and is not this deployment's, by its own word: applying is refused. Each as `Kind name`. */
  readonly foreign?: readonly string[];
}

/** Where the deployment would go, shown before anybody is asked. */
export interface TargetLocation {
  readonly target: 'kubernetes' | 'compose';
  /** Which cluster or engine this is; another one under the same name is refused. */
  readonly identity: TargetIdentity;
  /** Lines such as `context prod-eu`, `server https://…`, `user …`, `namespace dify`, `release none`, in order. */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
}

/** What the living installation is. */
export interface InstalledRelease {
  readonly exists: boolean;
  /** Helm's or Compose's own word: deployed, failed, pending-install, running, … */
  readonly status: string;
  readonly revision: number | undefined;
  readonly workloads: readonly WorkloadStatus[];
  /** What was changed by others since the last install; undefined if it could not be compared. */
  readonly drift: readonly Drift[] | undefined;
}

export interface WorkloadStatus {
  readonly name: string;
  /** As many as were applied; what somebody scaled by hand does not count. */
  readonly desired: number;
  readonly ready: number;
  readonly restarts: number;
  /** What it waits for or fails at, in words; empty where all is well. */
  readonly detail: string;
  /** Its processes are simulated: no real one would answer. */
  readonly simulated: boolean;
}

/** A program that applying started, for the lock: whoever takes over a dead run ends or awaits it. */
export type OnChild = (program: string, pid: number) => void;

export interface ApplyOptions {
  /** Made under the lock; says what is left to do. */
  readonly plan: Plan;
  /** difyctl's own revision, for labels. */
  readonly revision: number;
  /** What the revision before had, so that what this one dropped is deleted. */
  readonly previous: Revision | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  readonly onChild: OnChild;
}

/** What failed, in the target's own words, kept before anything is rolled back. */
export interface ApplyFailure {
  readonly workload: string;
  readonly reason: string;
  readonly logs: readonly string[];
  readonly events: readonly string[];
}

export type ApplyResult =
  | {
      readonly outcome: 'applied' | 'unchanged';
      readonly releaseRevision: number | undefined;
      /** What the engine made of it, for the revision; Compose only. */
      readonly running?: Revision['running'];
    }
  | {
      readonly outcome: 'failed';
      readonly summary: string;
      readonly failures: readonly ApplyFailure[];
      readonly releaseRevision: number | undefined;
      /** What state was left, one sentence. */
      readonly state: string;
      /** Whether something was applied that a rollback would undo. */
      readonly isApplied: boolean;
    };

/** What serves before a change: a rollback of that change goes there. */
export type Checkpoint =
  /** Helm's revision; undefined before a first install. */
  | { readonly target: 'kubernetes'; readonly releaseRevision: number | undefined }
  /** The files of the directory; without a `compose.yaml` before a first install. */
  | { readonly target: 'compose'; readonly files: readonly RenderedFile[] };

export interface CheckpointInput {
  /** What will be applied. */
  readonly rendered: Rendered;
  /** The newest revision, whatever came of it. */
  readonly previous: Revision | undefined;
  /** The newest revision that was applied well. */
  readonly good: Revision | undefined;
}

export interface RollbackOptions extends WorkOptions {
  /** Files and objects that are applied now; those that the older set does not have are deleted. */
  readonly applied: Pick<Revision, 'files' | 'manifests'>;
}

export interface RolledBack {
  readonly releaseRevision: number | undefined;
  /** What state was left, one sentence. */
  readonly state: string;
}

export interface ExecOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface WorkOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  readonly onChild: OnChild;
}

/** Kubernetes and Compose behind one interface. Every call may throw ExternalError. */
export interface Target {
  /** Revisions kept in the installation itself: they outlive `.difyctl/`. */
  readonly revisions: RevisionStore;
  /** Versions of the programs that apply: `helm 4.3.1`. */
  tools(signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  locate(signal: AbortSignal): Promise<TargetLocation>;
  inspect(signal: AbortSignal): Promise<InstalledRelease>;
  plan(rendered: Rendered, previous: Revision | undefined, signal: AbortSignal): Promise<Plan>;
  /** Where the lock lies; makes what must be there for it (the namespace, the directory). Called after the confirmation only. */
  lockStore(signal: AbortSignal): Promise<LockStore>;
  /**
   * Under the lock, before a revision speaks of the set: the secrets of a first installation go to where the living one keeps them, so that a run
   * killed right after loses none, and a second machine goes on with the same.
   */
  keepSecrets(rendered: Rendered, signal: AbortSignal): Promise<void>;
  apply(rendered: Rendered, options: ApplyOptions): Promise<ApplyResult>;
  /** What serves now; taken under the lock, before `apply`. */
  checkpoint(input: CheckpointInput, signal: AbortSignal): Promise<Checkpoint>;
  /**
   * Rolls back to a checkpoint, or to a recorded revision; a checkpoint before a first install removes the release. Claims, data and secrets are
   * kept. Throws UserError if the revision cannot be rolled back to: helm or the directory no longer has what it needs.
   */
  rollback(to: Checkpoint | Revision, options: RollbackOptions): Promise<RolledBack>;
  /** Runs a command in a running container of the component; gives its standard output. Throws ExternalError if there is none, or if it fails. */
  exec(component: ComponentName, command: readonly string[], options: ExecOptions): Promise<string>;
  /** Only the secrets, for GitOps setups. Throws UserError where they are no object of their own. */
  applySecret(rendered: Rendered, signal: AbortSignal): Promise<void>;
  /** Brings a release out of what a dead run left (`pending-*`). Says what it did. The run's children have ended before it is called. */
  recover(options: WorkOptions): Promise<readonly string[]>;
  /** Deletes what only revisions named that are kept no more (old Secrets). */
  prune(kept: readonly Revision[], signal: AbortSignal): Promise<void>;
  /**
   * What `remove` would delete, to be shown before anybody is asked. Throws UserError where the release names objects that are not its own.
   */
  removal(signal: AbortSignal): Promise<readonly PlannedChange[]>;
  /** Removes the installation; claims, data and secrets are kept. Says what stays. */
  remove(options: WorkOptions): Promise<{ readonly kept: readonly string[] }>;
}
