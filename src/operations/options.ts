import type { OnProgress } from '../base/events.ts';
import type { OnCheckEvent } from '../checks/events.ts';
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
  /** Milliseconds for applying and becoming ready. */
  readonly timeoutMs: number;
  /** Checks, by id or glob, of both phases. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
  /** From where preflight looks at services, and whether it may try things in the cluster. */
  readonly from: 'local' | 'cluster';
  readonly deep: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** Shows what would be done; called before every question, and where there is none. */
  readonly show: (planned: PlannedInstall) => void;
  /** Whether it may be done. `again`: what was agreed to has changed since. */
  readonly confirm: (planned: PlannedInstall, again: boolean) => Promise<boolean>;
  readonly onProgress: OnProgress;
  readonly onCheckEvent: OnCheckEvent;
}
