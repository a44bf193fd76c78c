import type { OnProgress } from '../base/events.ts';
import type { ComponentName } from '../checklist/components.ts';
import type { ExternalSecretFact } from '../evidence/app/external-secret.ts';
import type { Drift } from '../evidence/drift/drift.ts';
import type { Rendered, RenderedFile } from '../render/rendered.ts';
import type { LockStore } from '../state/lock/store.ts';
import type { Revision } from '../state/revisions/revision.ts';
import type { RevisionStore } from '../state/revisions/store.ts';
import type { TargetIdentity } from '../state/target-identity.ts';

/** One object or service that an apply would change. */
export interface PlannedChange {
  readonly action: 'create' | 'change' | 'delete';
  readonly kind: string;
  readonly name: string;
  /** Paths that differ, without values. */
  readonly paths?: readonly string[];
  /** The same with values. Fields that only follow from others (the name of the Secret, checksums) are left out. */
  readonly fields?: readonly FieldChange[];
}

/**
 * A field with its values before and after, for people. A missing value is undefined; both are undefined if they may be
 * secret.
 */
export interface FieldChange {
  readonly path: string;
  readonly was?: string;
  readonly is?: string;
  readonly secret?: true;
}

/** A workload whose replacement its users notice. */
export interface Interruption {
  readonly name: string;
  /**
   * `stops`: no process of it runs between the old and the new one. `requests`: other processes serve, but a request
   * that arrives while one stops may fail.
   */
  readonly effect: 'stops' | 'requests';
  /** Why, in words: `its strategy is Recreate`. */
  readonly reason: string;
}

/** A workload that a drain of a node interrupts. */
export interface Drained {
  readonly name: string;
  /** Why, in words: `one pod`. */
  readonly reason: string;
}

export interface Plan {
  readonly changes: readonly PlannedChange[];
  /**
   * Changes by others since the last install, which the apply would undo. Objects that drifted and stay are also in
   * `changes`.
   */
  readonly drift: readonly Drift[];
  /** Secrets whose values change, by their path in the file (`postgres.password`). */
  readonly secrets?: readonly string[];
  /** Workloads whose pods or containers are replaced. */
  readonly rolls?: readonly string[];
  /** Those of `rolls` whose containers are replaced one after the other, without an interruption. Only Compose. */
  readonly oneByOne?: readonly string[];
  /** Those of `rolls` that are replaced with an interruption. */
  readonly interruptions?: readonly Interruption[];
  /** Workloads that a drain of a node interrupts. Only Kubernetes. */
  readonly drains?: readonly Drained[];
  /** Digest of everything that would be applied and of the changes. Equal digests mean the same plan. */
  readonly digest: string;
  /** True if helm or compose itself has something to do. False if only difyctl's own objects change, or nothing. */
  readonly touchesRelease: boolean;
  /** Objects that would be deleted and are foreign, each as `Kind name`. The apply is refused if there are any. */
  readonly foreign?: readonly string[];
}

/** Where the deployment is installed, shown before the confirmation. */
export interface TargetLocation {
  readonly target: 'kubernetes' | 'compose';
  /** The cluster or engine. Another one for the same deployment name is refused. */
  readonly identity: TargetIdentity;
  /** Facts in order, such as `context prod-eu`, `server https://…`, `user …`, `namespace dify`, `release none`. */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
}

/** The current installation. */
export interface InstalledRelease {
  readonly exists: boolean;
  /** Helm's or Compose's own status: deployed, failed, pending-install, running, … */
  readonly status: string;
  readonly revision: number | undefined;
  readonly workloads: readonly WorkloadStatus[];
  /** Changes by others since the last install. Undefined if they could not be determined. */
  readonly drift: readonly Drift[] | undefined;
  /** What makes the Secret. Absent if difyctl does, and if it could not be read. */
  readonly externalSecret?: ExternalSecretFact;
}

export interface WorkloadStatus {
  readonly name: string;
  /** The applied number of replicas. A manual scale does not change it. */
  readonly desired: number;
  readonly ready: number;
  readonly restarts: number;
  /** What it waits for or why it fails, in words. Empty if it is ready. */
  readonly detail: string;
  /** True if its processes are simulated: no real one would answer. */
  readonly simulated: boolean;
}

/**
 * Called for each program that an apply started, so that the lock records it: a run that takes over from a dead run
 * ends it.
 */
export type OnChild = (program: string, pid: number) => void;

export interface ApplyOptions {
  /** The plan, made under the lock. */
  readonly plan: Plan;
  /** difyctl's own revision, for labels. */
  readonly revision: number;
  /** The recorded revisions, oldest first, so that objects that this one no longer has are deleted. */
  readonly revisions: readonly Revision[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  readonly onChild: OnChild;
}

/** A failure in the target's own words, collected before a rollback. */
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
      /** What the engine runs, for the revision. Only Compose. */
      readonly running?: Revision['running'];
    }
  | {
      readonly outcome: 'failed';
      readonly summary: string;
      readonly failures: readonly ApplyFailure[];
      readonly releaseRevision: number | undefined;
      /** The resulting state, in one sentence. */
      readonly state: string;
      /** True if something was applied that a rollback would undo. */
      readonly isApplied: boolean;
    };

/** What serves before a change. A rollback of that change returns to it. */
export type Checkpoint =
  /** Helm's revision, and the objects outside the chart. Undefined and none before a first install. */
  | {
      readonly target: 'kubernetes';
      readonly releaseRevision: number | undefined;
      readonly beside: Pick<Revision, 'number' | 'files'> | undefined;
    }
  /** The files of the directory, without a `compose.yaml` before a first install. */
  | { readonly target: 'compose'; readonly files: readonly RenderedFile[] };

export interface CheckpointInput {
  /** The set that will be applied. */
  readonly rendered: Rendered;
  /** The newest revision, whatever its outcome. */
  readonly previous: Revision | undefined;
  /** The newest revision that was applied successfully. */
  readonly good: Revision | undefined;
}

export interface RollbackOptions extends WorkOptions {
  /** The currently applied files and objects. Those that the older set does not have are deleted. */
  readonly applied: Pick<Revision, 'files' | 'manifests'>;
}

export interface RolledBack {
  readonly releaseRevision: number | undefined;
  /** The resulting state, in one sentence. */
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
  /** Revisions in the installation itself, which are kept if `.difyctl/` is lost. */
  readonly revisions: RevisionStore;
  /** Returns the versions of the programs that apply: `helm 4.3.1`. */
  tools(signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  locate(signal: AbortSignal): Promise<TargetLocation>;
  inspect(signal: AbortSignal): Promise<InstalledRelease>;
  /** Plans the change. `revisions` are the recorded ones, oldest first. */
  plan(rendered: Rendered, revisions: readonly Revision[], signal: AbortSignal): Promise<Plan>;
  /**
   * Returns the store of the lock. Creates what it needs (the namespace, the directory). Called only after the
   * confirmation.
   */
  lockStore(signal: AbortSignal): Promise<LockStore>;
  /**
   * Stores the secrets of a first install in the installation, under the lock and before a revision names the set. A
   * run that is killed afterwards loses none, and another machine continues with the same secrets.
   */
  keepSecrets(rendered: Rendered, signal: AbortSignal): Promise<void>;
  apply(rendered: Rendered, options: ApplyOptions): Promise<ApplyResult>;
  /**
   * Starts the bundled database alone, and waits until it accepts connections. `earlier` are the files of the newest
   * revision. Throws UserError if the target cannot start it without the others.
   */
  startDatabase(rendered: Rendered, earlier: Revision['files'] | undefined, options: WorkOptions): Promise<void>;
  /** Returns what serves now. Call it under the lock, before `apply`. */
  checkpoint(input: CheckpointInput, signal: AbortSignal): Promise<Checkpoint>;
  /**
   * Rolls back to a checkpoint or to a recorded revision, and waits for its workloads; the state names those that do
   * not become ready. A checkpoint before a first install removes the release. Claims, data and secrets are kept.
   * Throws UserError if the revision cannot be rolled back to, because helm or the directory no longer has what it
   * needs.
   */
  rollback(to: Checkpoint | Revision, options: RollbackOptions): Promise<RolledBack>;
  /**
   * Runs a command in a running container of the component and returns its standard output. Throws ExternalError if
   * there is no such container, or if the command fails.
   */
  exec(component: ComponentName, command: readonly string[], options: ExecOptions): Promise<string>;
  /**
   * Applies only the secrets, for GitOps setups. Throws UserError if the target does not keep them in an object of
   * their own.
   */
  applySecret(rendered: Rendered, signal: AbortSignal): Promise<void>;
  /**
   * Stops every workload of Dify that writes to the databases or to the files, and returns their names; none if none
   * runs. Throws ExternalError if one still runs afterwards. What is stopped is recorded in the installation first.
   */
  stopWriters(options: WorkOptions): Promise<readonly string[]>;
  /** Returns the names of the workloads that write and run now. */
  runningWriters(signal: AbortSignal): Promise<readonly string[]>;
  /** Starts what `stopWriters` stopped, in this run or in one that was killed. Returns the names. */
  startWriters(options: WorkOptions): Promise<readonly string[]>;
  /**
   * Recovers a release that a killed run left in `pending-*`. Call it after that run's child processes have ended.
   * Returns a line per action.
   */
  recover(options: WorkOptions): Promise<readonly string[]>;
  /** Deletes objects that only revisions named which are no longer kept (old Secrets). */
  prune(kept: readonly Revision[], signal: AbortSignal): Promise<void>;
  /**
   * Returns what `remove` would delete, to show before the confirmation. Throws UserError if the release names foreign
   * objects.
   */
  removal(signal: AbortSignal): Promise<readonly PlannedChange[]>;
  /** Returns the data that `deleteData` would delete. Throws UserError on Kubernetes. */
  data(signal: AbortSignal): Promise<readonly PlannedChange[]>;
  /** Deletes the data of an installation that is removed; its secrets are kept. Throws UserError on Kubernetes. */
  deleteData(signal: AbortSignal): Promise<void>;
  /** Removes the installation. Claims, data and secrets are kept. Returns what is kept. */
  remove(options: WorkOptions): Promise<{ readonly kept: readonly string[] }>;
}
