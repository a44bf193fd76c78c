import { redactor } from '../base/redact.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { RequiredSecret } from '../deployment/secrets.ts';
import { createRunner } from '../exec/execa-runner.ts';
import { kubeArguments } from '../exec/kube-args.ts';
import type { Runner } from '../exec/runner.ts';
import { RUN_VARIABLE } from '../state/lock/record.ts';
import { newRunId, ownMark } from '../state/lock/self.ts';
import { patientRunner } from './patient-runner.ts';

/** What a run works with before it knows any secret; the redactor learns as it goes. */
export interface RunContext {
  /** Names this run; every program it starts carries it, so that they are found again should the run die. */
  readonly run: string;
  /** Starts programs without the variables that secret references name (`target.passEnv` apart). */
  readonly runner: Runner;
  readonly redact: (text: string) => string;
  /** From now on these are redacted too. */
  readonly protect: (values: Iterable<string>) => void;
  /** kubectl's arguments that choose the cluster. */
  readonly kubeArgs: readonly string[];
}

export interface RunContextOptions {
  readonly deployment: Deployment;
  readonly required: readonly RequiredSecret[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly kubeconfig?: string | undefined;
  /** Outranks `target.context`. */
  readonly context?: string | undefined;
  /** Told once for each outage of the API server that commands are repeated. */
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
