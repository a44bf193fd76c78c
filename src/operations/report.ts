import { printedDocument } from '../base/document.ts';
import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import type { CheckReport } from '../checks/check.ts';
import { isBlocked } from '../checks/exit.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { Drift } from '../evidence/drift/drift.ts';
import type { PrintedRehearsal } from '../rehearsal/report.ts';
import type { ApplyFailure, Drained, Interruption, PlannedChange, TargetLocation } from '../targets/target.ts';
import type { ConfigurationCommit } from './working-tree/commit.ts';

type InstallOutcome = 'blocked' | 'dry-run' | 'unchanged' | 'applied' | 'failed' | 'rolled-back';

/** The result of an install; the document of `install -o json`. */
export interface InstallReport {
  readonly apiVersion: string;
  readonly kind: 'InstallReport';
  readonly difyctl: string;
  readonly time: string;
  readonly deployment: string;
  readonly tier: Deployment['tier'];
  readonly target: Deployment['target']['type'];
  readonly outcome: InstallOutcome;
  readonly location?: TargetLocation['facts'];
  readonly plan?: {
    readonly changes: readonly PlannedChange[];
    /** Services whose containers are replaced one after the other. */
    readonly oneByOne: readonly string[];
    /** Workloads whose replacement their users notice. */
    readonly interruptions: readonly Interruption[];
    /** Workloads that a drain of a node interrupts. */
    readonly drains: readonly Drained[];
    /** Changes that others made since the last install, and that this one undid. */
    readonly drift: readonly Drift[];
    readonly digest: string;
  };
  readonly preflight: CheckReport;
  /** `--rehearse`: its result. Undefined without it, and if preflight failed. */
  readonly rehearsal?: PrintedRehearsal;
  /** The revision of difyctl; `releaseRevision` is helm's. */
  readonly revision?: number | undefined;
  readonly releaseRevision?: number | undefined;
  readonly failure?: {
    readonly summary: string;
    readonly failures: readonly ApplyFailure[];
    readonly state: string;
  };
  readonly postflight?: CheckReport;
  /** What was done to recover from an earlier run that died. */
  readonly recovered: readonly string[];
  readonly notes: readonly string[];
  /** Commands for root that enable the timers of backups, if one of their units changed. */
  readonly asRoot?: readonly string[];
  /** The commit of the file and the rendered set. Undefined if the file names no working tree, and with `--no-commit`. */
  readonly commit?: ConfigurationCommit;
  readonly address: string;
  readonly exitCode: ExitCode;
}

export type InstallFacts = Omit<
  InstallReport,
  'apiVersion' | 'kind' | 'difyctl' | 'deployment' | 'tier' | 'target' | 'address' | 'exitCode' | 'time'
>;

/** Builds the document, with the exit code that follows from the facts. */
export function installReport(deployment: Deployment, facts: InstallFacts, now: Date): InstallReport {
  return printedDocument('InstallReport', now, {
    deployment: deployment.name,
    tier: deployment.tier,
    target: deployment.target.type,
    address: deployment.urls.console,
    ...facts,
    exitCode: exitCodeOf(facts),
  });
}

function exitCodeOf({ outcome, postflight, rehearsal, commit }: InstallFacts): ExitCode {
  if (outcome === 'blocked') return (rehearsal?.summary.fail ?? 0) > 0 ? EXIT.rehearsal : EXIT.preflight;
  if (outcome === 'failed' || outcome === 'rolled-back') return EXIT.apply;
  if (postflight !== undefined && isBlocked(postflight)) return EXIT.postflight;
  return commit?.outcome === 'failed' ? EXIT.external : EXIT.done;
}
