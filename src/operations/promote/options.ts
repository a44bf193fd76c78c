import type { InvariantResult } from '../../backup/invariants/facts.ts';
import type { Primary } from '../../deployment/primary.ts';
import type { InstallReport } from '../report.ts';
import type { RestoreOptions, RestorePlan } from '../restore/options.ts';
import type { RestoreResult } from '../restore/restore.ts';
import type { PrimaryAnswer } from './primary.ts';
import type { Stage } from './stage.ts';

export interface PromoteOptions
  extends Pick<
    RestoreOptions,
    'opened' | 'target' | 'at' | 'identity' | 'dryRun' | 'env' | 'now' | 'signal' | 'timeoutMs' | 'onProgress'
  > {
  /** Id of a set, or `latest`. Undefined: the newest, or the one of the promotion that is continued. */
  readonly set: string | undefined;
  /** Shows the promotion and asks for the name of the primary. `again`: the plan has changed since it was agreed to. */
  readonly confirm: (promotion: Promotion, again: boolean) => Promise<boolean>;
  /** Installs and runs postflight. Called when the data is restored and verified. */
  readonly install: () => Promise<InstallReport>;
}

/** What a promotion would do; shown before the confirmation. */
export interface Promotion {
  readonly primary: Primary;
  readonly seen: readonly PrimaryAnswer[];
  readonly stage: Stage['kind'];
  /** Undefined if the data is restored. */
  readonly restore: RestorePlan | undefined;
}

/** A promotion, or its plan after a dry run. */
export interface PromoteResult {
  readonly promotion: Promotion;
  /**
   * `unproven`: the data is restored, and an invariant does not hold. `stopped`: the install did not end well, and
   * `install` says why. `unchanged`: the place was promoted before.
   */
  readonly outcome: 'dry-run' | 'promoted' | 'unproven' | 'stopped' | 'unchanged';
  /** Undefined if this run restored nothing. */
  readonly restore: RestoreResult | undefined;
  /** Empty if this run verified nothing. */
  readonly invariants: readonly InvariantResult[];
  /** Undefined if nothing was installed. */
  readonly install: InstallReport | undefined;
  /** What a person still has to do. */
  readonly next: readonly string[];
}
