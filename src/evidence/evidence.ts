import type { Tier } from '../checklist/tiers.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { SecretValues } from '../deployment/secrets.ts';
import type { ChartReference } from '../exec/helm.ts';
import type { RawGet } from '../exec/kubectl.ts';
import type { Runner } from '../exec/runner.ts';
import type { Dial } from '../net/dial.ts';
import type { Rendered } from '../render/rendered.ts';

/** Names one kind of evidence and carries its type: `const nodes = evidenceKey<NodesEvidence>('cluster.nodes', 1)`. */
export interface EvidenceKey<T> {
  readonly name: string;
  /** Raised when the shape of the data changes, so that a saved file of another shape is refused. */
  readonly version: number;
  readonly __type?: T;
}

export function evidenceKey<T>(name: string, version: number): EvidenceKey<T> {
  return { name, version };
}

/** `denied`: a right is missing; `timeout`: no answer in time; `absent`: the program or the thing itself is not there. */
export type EvidenceOutcome = 'ok' | 'denied' | 'timeout' | 'absent';
export type EvidenceOrigin = 'local' | 'cluster';

/** What was observed, as plain data, redacted and savable (`KEY.local.json`). */
export interface Evidence<T> {
  readonly key: string;
  readonly version: number;
  readonly collectedAt: string;
  readonly from: EvidenceOrigin;
  readonly outcome: EvidenceOutcome;
  /** Present when `outcome` is ok. */
  readonly data?: T;
  /** What was missing, where `outcome` is not ok: the right, the program, the time limit. */
  readonly missing?: string;
  readonly durationMs: number;
}

/** What a collector may use. Only what is here; a collector keeps nothing between calls. */
export interface CollectContext {
  readonly tier: Tier;
  /** Absent where the current cluster is judged without a file. */
  readonly deployment: Deployment | undefined;
  readonly secrets: SecretValues | undefined;
  readonly rendered: Rendered | undefined;
  /** The chart on this machine that the rendered values are for; absent for Compose and without a file. */
  readonly chart?: ChartReference | undefined;
  /** Why `rendered` is absent although there is a deployment. */
  readonly renderFault?: string | undefined;
  /** kubectl and helm arguments that choose the cluster: `--kubeconfig`, `--context`. */
  readonly kubeArgs: readonly string[];
  /** Folder of difyctl.yaml, to which paths in it are relative. */
  readonly baseDirectory: string;
  readonly runner: Runner;
  /** The one connection by which a run reads from the cluster; absent: a kubectl for each read. */
  readonly reads?: RawGet;
  /** The one way to an external service: from this machine, or from a pod of the cluster. */
  readonly dial: Dial;
  /** Where `dial` stands. */
  readonly from: EvidenceOrigin;
  /** True where services are looked at from a pod of the cluster too (`--from cluster`), which has to be made. */
  readonly relayed?: boolean | undefined;
  /** True where `--deep` allows objects in the cluster that are made for looking and removed again. */
  readonly deep?: boolean | undefined;
  /**
   * Told how to remove what a collector is about to make: done when the run ends, however it ends, whether or not the collector was awaited. The
   * answer is what is left, with the command that removes it.
   */
  readonly undoLater?: (undo: () => Promise<string | undefined>) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/**
 * Evidence that another collector gets, collected once however many ask. Throws EvidenceMissing where that one could not look.
 */
export type Need = <T>(key: EvidenceKey<T>) => Promise<T>;

/** Gets one kind of evidence from something real. */
export interface Collector<T> {
  readonly key: EvidenceKey<T>;
  readonly timeoutMs: number;
  /** True for what reaches external services through `dial` alone: `--from cluster` runs it again with the cluster's dial. */
  readonly fromCluster?: boolean;
  /** Throws EvidenceMissing where it may not or cannot look; any other throw is recorded as absent with its message. */
  collect(context: CollectContext, need: Need): Promise<T>;
}

/** The collector could not look, and says what was missing. */
export class CollectionError extends Error {
  readonly outcome: Exclude<EvidenceOutcome, 'ok'>;

  constructor(outcome: Exclude<EvidenceOutcome, 'ok'>, missing: string) {
    super(missing);
    this.name = 'EvidenceMissing';
    this.outcome = outcome;
  }
}
