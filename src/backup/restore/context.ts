import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import type { Restic } from '../../exec/restic.ts';
import type { Runner } from '../../exec/runner.ts';

/** The inputs of every step of one restore. */
export interface RestoreContext {
  readonly deployment: Deployment;
  /** Folder of difyctl.yaml. Paths in the file are relative to it. */
  readonly baseDirectory: string;
  readonly secrets: SecretValues;
  readonly runner: Runner;
  readonly kubeArgs: readonly string[];
  readonly restic: Restic;
  /** The knowledge base whose vectors alone are restored. Undefined: all. */
  readonly knowledgeBase?: string | undefined;
  /** A folder of this user alone (0700), removed at the end of the run. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Called with the id of each process that a transfer starts, for the lock. */
  readonly onStart: (pid: number) => void;
}
