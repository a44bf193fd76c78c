import type { Deployment } from '../deployment/schema/deployment.ts';
import type { DrillRecord } from '../recovery/drill-record.ts';
import type { RehearsalRecord } from '../rehearsal/rehearsal-record.ts';

/** What a runbook is made of: the file, and the newest records beside it. */
export interface RunbookInput {
  readonly deployment: Deployment;
  /** Absolute path of the folder of difyctl.yaml. */
  readonly baseDirectory: string;
  /** Name of the file in that folder. */
  readonly file: string;
  /** The newest drill of a backup. Undefined if there was none. */
  readonly drill: DrillRecord | undefined;
  /** The newest rehearsal. Undefined if there was none. */
  readonly rehearsal: RehearsalRecord | undefined;
  readonly now: Date;
}
