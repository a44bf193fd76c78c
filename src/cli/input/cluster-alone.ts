import { redactor } from '../../base/redact.ts';
import { createRunner } from '../../exec/execa-runner.ts';
import { type SharedReads, sharedReads } from '../../exec/kubectl-proxy.ts';
import { explainingMissingContext } from '../../exec/missing-context.ts';
import type { Runner } from '../../exec/runner.ts';
import type { CommandContext } from '../frame/context.ts';

/** The cluster that kubectl would talk to, where no file names one. */
export interface ClusterAlone {
  readonly runner: Runner;
  readonly kubeArgs: readonly string[];
  readonly reads: SharedReads;
}

/** What the global options say of it; nothing is started yet. */
export function clusterAlone({ env, kubeconfig, kubeContext }: CommandContext): ClusterAlone {
  const kubeArgs = [
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    ...(kubeContext === undefined ? [] : ['--context', kubeContext]),
  ];
  const runner = explainingMissingContext(bareRunner(env), kubeArgs);
  return { runner, kubeArgs, reads: sharedReads(runner, kubeArgs) };
}

/** Runs programs where there is no file that names the secrets: the names that difyctl suggests for them may hold some all the same. */
export function bareRunner(env: CommandContext['env']): Runner {
  const hiddenNames = new Set(Object.keys(env).filter((name) => name.startsWith('DIFY_')));
  return createRunner({ env, hiddenNames, passNames: new Set(), redact: redactor([]) });
}
