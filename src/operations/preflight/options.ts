import type { Redact } from '../../base/redact.ts';
import type { CheckReport } from '../../checks/check.ts';
import type { CheckRun, RunChecksOptions } from '../../checks/engine.ts';
import type { LoadedDeployment } from '../../deployment/load.ts';
import type { OverrideInput } from '../../deployment/overrides.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { CollectContext } from '../../evidence/evidence.ts';
import type { EvidenceOriginFacts } from '../../evidence/saved-origin.ts';

/** Which checks to run: ids, subjects or globs. */
export interface Selection {
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** Options that create objects in the cluster and delete them again. Only flags can set them. */
export interface ClusterProbeOptions {
  /** Where data services are probed from. */
  readonly from: 'local' | 'cluster';
  /** True to create claims that test storage classes. */
  readonly deep: boolean;
}

/** The options of a preflight run. */
export interface PreflightOptions extends Selection, ClusterProbeOptions {
  readonly waitMs: number | undefined;
  readonly failOn: CheckReport['failOn'] | undefined;
  /** Absolute path of a folder of saved evidence. */
  readonly fromEvidence: string | undefined;
  /** Whether the evidence of this run will be saved. */
  readonly saves: boolean;
}

/** The inputs of a preflight run from the process, read once by the command line. */
export interface PreflightRun extends Pick<CollectContext, 'env' | 'now' | 'signal'> {
  readonly cwd: string;
  /** Time limit of all checks in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** Absolute path of the deployment file, which may not exist. */
  readonly configPath: string;
  readonly overrides: OverrideInput;
  readonly kubeconfig: string | undefined;
  readonly kubeContext: string | undefined;
  readonly protect: (values: Iterable<string>) => void;
  /** Loads the deployment file. Resolves to undefined if it does not exist and was not named. */
  readonly load: () => Promise<LoadedDeployment | undefined>;
  /** Starts the checklist of one pass over the checks. */
  readonly startChecklist: () => {
    readonly onEvent: NonNullable<RunChecksOptions['onEvent']>;
    readonly end: () => void;
  };
  /** Called once per outage of the API server, when reads are repeated. */
  readonly onNote: (text: string) => void;
  /** Called before each pause of `waitMs`, with the checks that are waited for and the milliseconds left. */
  readonly onWait: (ids: readonly string[], leftMs: number) => void;
}

/** The result of a preflight run, and what is saved with its evidence. */
export interface PreflightOutcome {
  readonly run: CheckRun;
  readonly deployment: Deployment | undefined;
  readonly redact: Redact;
  readonly notes: readonly string[];
  /** Where the evidence is from; undefined unless evidence is saved or supplied. */
  readonly origin: EvidenceOriginFacts | undefined;
}
