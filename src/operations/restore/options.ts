import type { Reach } from '../../backup/restore/reach.ts';
import type { PlannedStep, RestoredPart } from '../../backup/restore/restore-plan.ts';
import type { OnProgress } from '../../base/events.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import type { Target, TargetLocation } from '../../targets/target.ts';
import type { DeploymentContext } from '../open-deployment.ts';

export interface RestoreOptions {
  readonly opened: DeploymentContext;
  readonly target: Target;
  /** Id of a set, or `latest`. */
  readonly set: string;
  /** The primary that this restore replaces, as the revision records it. Undefined for a restore by itself. */
  readonly promotion?: NonNullable<Revision['restore']>['promotion'];
  /** The stated time. Undefined: the time of the set. */
  readonly at: Date | undefined;
  /** The parts to restore. Empty: all. */
  readonly parts: readonly RestoredPart[];
  /** The knowledge base whose vectors alone are restored, with the part `vectors`. Undefined: all. */
  readonly knowledgeBase: string | undefined;
  /** Absolute path of a file with an age key, which opens the secrets of the set. */
  readonly identity: string | undefined;
  /** Stop after the plan. */
  readonly dryRun: boolean;
  /** The operator named the deployment, so that existing data may be replaced. */
  readonly byName: boolean;
  /** True if a prompt can ask the operator for the name. */
  readonly mayAsk: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly onProgress: OnProgress;
  /** Shows the plan and asks for confirmation. `again`: the plan has changed since it was agreed to. */
  readonly confirm: (plan: RestorePlan, again: boolean) => Promise<boolean>;
}

/** What a restore would do, and where; shown before the confirmation. */
export interface RestorePlan {
  readonly deployment: string;
  readonly set: string;
  /** T of the set: what was written later is not in it. */
  readonly commonPoint: string;
  /** How near the restore comes to the stated time. Undefined without one. */
  readonly reach: Reach | undefined;
  /** Version of Dify that wrote the data. */
  readonly dify: string;
  readonly place: TargetLocation;
  readonly steps: readonly PlannedStep[];
  /** What is not restored, each with the reason. */
  readonly left: readonly string[];
  /** Workloads of Dify that write and still have a process. */
  readonly writers: readonly string[];
  /** The command that stops them. */
  readonly stop: string;
  /** Number of the revision that is continued. Undefined for a new restore. */
  readonly resumes: number | undefined;
}

/** The plan, and what the work under the lock needs of the revisions. */
export interface PlannedRestore {
  readonly plan: RestorePlan;
  /** The revision to continue. */
  readonly resumed: Revision | undefined;
  readonly newest: Revision | undefined;
  readonly nextNumber: number;
}
