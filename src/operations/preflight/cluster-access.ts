import { redactor } from '../../base/redact.ts';
import { createRunner } from '../../exec/execa-runner.ts';
import { kubeArguments } from '../../exec/kube-args.ts';
import type { Runner } from '../../exec/runner.ts';
import { type SharedReads, sharedReads } from '../../exec/shared-reads.ts';
import { patientRunner } from '../patient-runner.ts';

interface Chosen {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly kubeconfig: string | undefined;
  readonly kubeContext: string | undefined;
  /** Called once per outage of the API server, when reads are repeated. */
  readonly onNote: (text: string) => void;
}

/** The cluster that kubectl uses if there is no file. */
export interface ClusterAccess {
  readonly runner: Runner;
  readonly kubeArgs: readonly string[];
  readonly reads: SharedReads;
}

/** Opens the cluster of the global options. Starts no program. */
export function openClusterAccess({ env, kubeconfig, kubeContext, onNote }: Chosen): ClusterAccess {
  const kubeArgs = kubeArguments(kubeconfig, kubeContext);
  const runner = patientRunner(bareRunner(env), kubeArgs, onNote);
  return { runner, kubeArgs, reads: sharedReads(runner, kubeArgs) };
}

/**
 * Returns a runner for runs without a file. The file would name the variables of secrets; without it, all `DIFY_`
 * variables are hidden.
 */
export function bareRunner(env: Chosen['env']): Runner {
  const hiddenNames = new Set(Object.keys(env).filter((name) => name.startsWith('DIFY_')));
  return createRunner({ env, hiddenNames, passNames: new Set(), redact: redactor([]) });
}
