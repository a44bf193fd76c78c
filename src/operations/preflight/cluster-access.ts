import { redactor } from '../../base/redact.ts';
import { createRunner } from '../../exec/execa-runner.ts';
import { kubeArguments } from '../../exec/kube-args.ts';
import { type SharedReads, sharedReads } from '../../exec/kubectl-proxy.ts';
import type { Runner } from '../../exec/runner.ts';
import { patientRunner } from '../patient-runner.ts';

interface Chosen {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly kubeconfig: string | undefined;
  readonly kubeContext: string | undefined;
  /** Told once for each outage of the API server that reads are repeated. */
  readonly onNote: (text: string) => void;
}

/** The cluster that kubectl talks to if no file names one. */
export interface ClusterAccess {
  readonly runner: Runner;
  readonly kubeArgs: readonly string[];
  readonly reads: SharedReads;
}

/** Opens what the global options name; nothing is started yet. */
export function openClusterAccess({ env, kubeconfig, kubeContext, onNote }: Chosen): ClusterAccess {
  const kubeArgs = kubeArguments(kubeconfig, kubeContext);
  const runner = patientRunner(bareRunner(env), kubeArgs, onNote);
  return { runner, kubeArgs, reads: sharedReads(runner, kubeArgs) };
}

/** Runs programs without a file that names the secrets: variables that difyctl suggests for them are hidden, since they may hold some. */
export function bareRunner(env: Chosen['env']): Runner {
  const hiddenNames = new Set(Object.keys(env).filter((name) => name.startsWith('DIFY_')));
  return createRunner({ env, hiddenNames, passNames: new Set(), redact: redactor([]) });
}
