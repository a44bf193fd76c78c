import type { OnProgress } from '../base/events.ts';
import type { OnCheckEvent } from '../checks/events.ts';
import type { RehearsalReport } from '../rehearsal/report.ts';
import type { Target } from '../targets/target.ts';
import type { PlannedInstall } from './plan-install.ts';
import type { RenderedDeployment } from './prepare.ts';

export interface InstallOptions {
  readonly prepared: RenderedDeployment;
  readonly target: Target;
  /** Stop after the plan. */
  readonly dryRun: boolean;
  /** Roll back on failure. */
  readonly atomic: boolean;
  /** Time limit in milliseconds for applying and becoming ready. */
  readonly timeoutMs: number;
  /** Checks of both phases, by id or glob. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
  /** Where preflight probes services from, and whether it may create test objects in the cluster. */
  readonly from: 'local' | 'cluster';
  readonly deep: boolean;
  /** Rehearses the deployment after preflight. Undefined without `--rehearse`. */
  readonly rehearse: (() => Promise<RehearsalReport>) | undefined;
  /** False with `--no-commit`: the working tree of the file is neither checked nor changed. */
  readonly commits: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** Shows the plan. Called before every confirmation, and if there is none. */
  readonly show: (planned: PlannedInstall) => void;
  /** Asks for confirmation. `again`: the plan has changed since it was agreed to. */
  readonly confirm: (planned: PlannedInstall, again: boolean) => Promise<boolean>;
  readonly onProgress: OnProgress;
  readonly onCheckEvent: OnCheckEvent;
}
