import type { Redact } from '../../base/redact.ts';
import type { CheckReport } from '../../checks/check.ts';
import type { CheckRun, RunChecksOptions } from '../../checks/engine.ts';
import type { LoadedDeployment } from '../../deployment/load.ts';
import type { OverrideInput } from '../../deployment/overrides.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { CollectContext } from '../../evidence/evidence.ts';
import type { EvidenceOriginFacts } from '../../evidence/saved-origin.ts';

/** Which checks a run is about; ids, subjects or globs. */
export interface Selection {
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** What creates objects in the cluster and removes them again; only ever by flag. */
export interface ClusterProbeOptions {
  /** Where data services are probed from. */
  readonly from: 'local' | 'cluster';
  /** Whether claims are created to try them. */
  readonly deep: boolean;
}

/** What a run of preflight is asked for. */
export interface PreflightOptions extends Selection, ClusterProbeOptions {
  readonly waitMs: number | undefined;
  readonly failOn: CheckReport['failOn'] | undefined;
  /** Absolute path of a folder of saved evidence. */
  readonly fromEvidence: string | undefined;
  /** Whether the evidence of this run will be saved. */
  readonly saves: boolean;
}

/** The surroundings of a run of preflight, read once by the command line. */
export interface PreflightRun extends Pick<CollectContext, 'env' | 'now' | 'signal'> {
  readonly cwd: string;
  /** Milliseconds for all checks. */
  readonly timeoutMs: number | undefined;
  /** Absolute path of the deployment file; there may be none. */
  readonly configPath: string;
  readonly overrides: OverrideInput;
  readonly kubeconfig: string | undefined;
  readonly kubeContext: string | undefined;
  readonly protect: (values: Iterable<string>) => void;
  /** Loads the deployment file; undefined if there is none and none was named. */
  readonly load: () => Promise<LoadedDeployment | undefined>;
  /** Starts the checklist of one pass over the checks. */
  readonly startChecklist: () => {
    readonly onEvent: NonNullable<RunChecksOptions['onEvent']>;
    readonly end: () => void;
  };
  /** Told once for each outage of the API server that reads are repeated. */
  readonly onNote: (text: string) => void;
  /** Told before each pause of `waitMs` which checks are waited for, and the milliseconds that are left. */
  readonly onWait: (ids: readonly string[], leftMs: number) => void;
}

/** A run, and what goes with its saved evidence. */
export interface PreflightOutcome {
  readonly run: CheckRun;
  readonly deployment: Deployment | undefined;
  readonly redact: Redact;
  readonly notes: readonly string[];
  /** Where the evidence is from; undefined unless evidence is saved or supplied. */
  readonly origin: EvidenceOriginFacts | undefined;
}
