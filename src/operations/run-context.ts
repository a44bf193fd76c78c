import { redactor } from '../base/redact.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { RequiredSecret } from '../deployment/secrets.ts';
import { createRunner } from '../exec/execa-runner.ts';
import { kubeArguments } from '../exec/kube-args.ts';
import type { Runner } from '../exec/runner.ts';
import { RUN_VARIABLE } from '../state/lock/record.ts';
import { newRunId, ownMark } from '../state/lock/self.ts';
import { patientRunner } from './patient-runner.ts';

/** The inputs of a run before any secret is known. The redactor gets the secrets as they are resolved. */
export interface RunContext {
  /** Id of this run. Every child process has it in its environment, so that it can be found if the run dies. */
  readonly run: string;
  /** Starts programs without the variables that secret references name, except those in `target.passEnv`. */
  readonly runner: Runner;
  readonly redact: (text: string) => string;
  /** Registers values to redact from now on. */
  readonly protect: (values: Iterable<string>) => void;
  /** The arguments that choose the cluster for kubectl. */
  readonly kubeArgs: readonly string[];
}

export interface RunContextOptions {
  readonly deployment: Deployment;
  readonly required: readonly RequiredSecret[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly kubeconfig?: string | undefined;
  /** Overrides `target.context`. */
  readonly context?: string | undefined;
  /** Called once per outage of the API server, when commands are repeated. */
  readonly onNote?: ((text: string) => void) | undefined;
}

export function createRunContext({
  deployment,
  required,
  env,
  kubeconfig,
  context,
  onNote,
}: RunContextOptions): RunContext {
  const { target } = deployment;
  const run = newRunId();
  const known = new Set<string>();
  let redactKnown = redactor(known);
  const redact = (text: string) => redactKnown(text);
  const named = required.flatMap(({ ref }) => ('env' in ref ? [ref.env] : []));
  const chosen = context ?? (target.type === 'kubernetes' ? target.context : undefined);
  const kubeArgs = kubeArguments(kubeconfig, chosen);
  const runner = createRunner({
    env: { ...env, [RUN_VARIABLE]: ownMark(run) },
    hiddenNames: new Set(named),
    passNames: new Set(target.type === 'kubernetes' ? target.passEnv : []),
    redact,
  });
  return {
    run,
    redact,
    protect: (values) => {
      for (const value of values) known.add(value);
      redactKnown = redactor(known);
    },
    runner: patientRunner(runner, kubeArgs, (text) => onNote?.(text)),
    kubeArgs,
  };
}
