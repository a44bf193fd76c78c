import { createRunner } from '../../src/exec/execa-runner.ts';
import type { Runner } from '../../src/exec/runner.ts';
import { composeTarget } from '../../src/targets/compose/target.ts';
import { kubernetesTarget } from '../../src/targets/kubernetes/target.ts';
import type { RollbackOptions, Target } from '../../src/targets/target.ts';
import type { TempWorkspace } from './difyctl.ts';

const redact = (text: string): string => text;
const now = (): number => Date.now();

/** Opens the target of a project in this process, with the programs of a workspace. */
export function openCompose({ env }: Pick<TempWorkspace, 'env'>, directory: string): Target {
  return composeTarget({ runner: runnerOf(env), redact, now, project: { name: 'dify', directory } });
}

/** Opens the target of the release `dify` in this process, with the programs of a workspace. */
export function openKubernetes({ env }: Pick<TempWorkspace, 'env'>, context: string, namespace: string): Target {
  const release = { name: 'dify', namespace };
  const kubeArgs = ['--context', context];
  return kubernetesTarget({ runner: runnerOf(env), redact, now, kubeArgs, chart: undefined, release });
}

/** A runner with the programs of a workspace. */
export function runnerOf(env: TempWorkspace['env']): Runner {
  return createRunner({ env, hiddenNames: new Set(), passNames: new Set(), redact });
}

/** Options of every change of a target. */
export const WORK: Omit<RollbackOptions, 'applied'> = {
  timeoutMs: 120_000,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  onChild: () => undefined,
};
