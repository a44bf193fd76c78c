import type { Tier } from '../checklist/tiers.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { SecretValues } from '../deployment/secrets.ts';
import type { ChartReference } from '../exec/helm.ts';
import type { RawGet } from '../exec/kubectl.ts';
import type { Runner } from '../exec/runner.ts';
import type { SharedQuestions } from '../exec/shared-questions.ts';
import type { Dial } from '../net/dial.ts';
import type { BackupFacts } from '../recovery/backup-facts.ts';
import type { ComparedTree } from '../recovery/working-tree.ts';
import type { Rendered } from '../render/rendered.ts';

/** Names one kind of evidence and carries its type: `const nodes = evidenceKey<NodesEvidence>('cluster.nodes', 1)`. */
export interface EvidenceKey<T> {
  readonly name: string;
  /** Raised if the shape of the data changes, so that a saved file of another shape is refused. */
  readonly version: number;
  readonly __type?: T;
}

export function evidenceKey<T>(name: string, version: number): EvidenceKey<T> {
  return { name, version };
}

/** `denied`: a right is missing; `timeout`: no answer in time; `absent`: the program or the object does not exist. */
export type EvidenceOutcome = 'ok' | 'denied' | 'timeout' | 'absent';
export type EvidenceOrigin = 'local' | 'cluster';

/** What was observed, as plain data, redacted and savable (`KEY.local.json`). */
export interface Evidence<T> {
  readonly key: string;
  readonly version: number;
  readonly collectedAt: string;
  readonly from: EvidenceOrigin;
  readonly outcome: EvidenceOutcome;
  /** Present if `outcome` is ok. */
  readonly data?: T;
  /** What was missing if `outcome` is not ok: the right, the program, the time limit. */
  readonly missing?: string;
  /** The key of other evidence that this one is built on and that is missing: `rendered.objects`. */
  readonly lacks?: string;
  /** The command that provides what is missing: `difyctl install`. */
  readonly next?: string;
  readonly durationMs: number;
}

/** An installation to audit: a Helm release or a Compose project. Others may have made it. */
export type InstallationRef =
  | { readonly target: 'kubernetes'; readonly name: string; readonly namespace: string }
  | { readonly target: 'compose'; readonly name: string };

/** All inputs of a collector. A collector keeps no state between calls. */
export interface CollectContext {
  readonly tier: Tier;
  /** The installation of an audit. Absent in preflight and postflight. */
  readonly installation?: InstallationRef | undefined;
  /** Absent if the current cluster is judged without a file. */
  readonly deployment: Deployment | undefined;
  readonly secrets: SecretValues | undefined;
  readonly rendered: Rendered | undefined;
  /** The local chart that the rendered values are for; absent for Compose and without a file. */
  readonly chart?: ChartReference | undefined;
  /** Why `rendered` is absent although there is a deployment. */
  readonly renderFault?: string | undefined;
  /** kubectl and helm arguments that choose the cluster: `--kubeconfig`, `--context`. */
  readonly kubeArgs: readonly string[];
  /** Folder of difyctl.yaml, to which paths in it are relative. */
  readonly baseDirectory: string;
  readonly runner: Runner;
  /** The shared connection for reads from the cluster; if absent, each read starts a kubectl. */
  readonly reads?: RawGet;
  /** The shared connection for access reviews and dry runs; if absent, a kubectl process asks them. */
  readonly questions?: Pick<SharedQuestions, 'ask' | 'begin'>;
  /** Absent: what several collectors read is read by each of them. */
  readonly readOnce?: ReadOnce;
  /** The only way to connect to an external service: from this machine, or from a pod of the cluster. */
  readonly dial: Dial;
  /** Origin of the connections of `dial`. */
  readonly from: EvidenceOrigin;
  /** True if services are also probed from a pod of the cluster (`--from cluster`), which has to be created. */
  readonly relayed?: boolean | undefined;
  /** True if `--deep` allows temporary objects in the cluster. */
  readonly deep?: boolean | undefined;
  /**
   * Registers how to remove an object that a collector is about to create. `undo` runs at the end of the run, however
   * the run ends and whether or not the collector was awaited. It returns what could not be removed, with the command
   * that removes it.
   */
  readonly undoLater?: (undo: () => Promise<string | undefined>) => void;
  /** Reads the repository of backups. Absent if the file names none, and in an audit. */
  readonly readBackups?: ((signal: AbortSignal) => Promise<BackupFacts>) | undefined;
  /** Reads the Git working tree of the file. Absent if the file names none, and in an audit. */
  readonly readWorkingTree?: ((signal: AbortSignal) => Promise<ComparedTree>) | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/**
 * Returns the evidence of another collector, which is collected once for all callers. Throws CollectionError if that
 * collector failed.
 */
export type Need = <T>(key: EvidenceKey<T>) => Promise<T>;

/** Reads what several collectors use and what is too large to be evidence, such as the manifest of the chart. */
export type SharedRead<T> = (context: CollectContext, need: Need) => Promise<T>;

/** Calls `read` once for all collectors of the run, and returns its result to each. */
export type ReadOnce = <T>(read: SharedRead<T>) => Promise<T>;

/** Collects one kind of evidence from something real. */
export interface Collector<T> {
  readonly key: EvidenceKey<T>;
  readonly timeoutMs: number;
  /**
   * True if the collector connects to external services through `dial` only: `--from cluster` runs it again with the
   * cluster's dial.
   */
  readonly fromCluster?: boolean;
  /**
   * Throws CollectionError if a right, a program or an answer is missing. Any other error is recorded as absent with
   * its message.
   */
  collect(context: CollectContext, need: Need): Promise<T>;
}

/** The collector could not collect; the message says what was missing. */
export class CollectionError extends Error {
  readonly outcome: Exclude<EvidenceOutcome, 'ok'>;
  /** The key of the other evidence that was missing; undefined if it was something else. */
  readonly lacks: string | undefined;
  /** The command that provides what is missing; undefined if there is no such command. */
  readonly next: string | undefined;

  constructor(outcome: Exclude<EvidenceOutcome, 'ok'>, missing: string, lacks?: string, next?: string) {
    super(missing);
    this.name = 'CollectionError';
    this.outcome = outcome;
    this.lacks = lacks;
    this.next = next;
  }
}
