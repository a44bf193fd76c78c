import type { SecretPath } from '../base/secret-ref.ts';
import { requiredSecrets } from '../deployment/required-secrets.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { RequiredSecret } from '../deployment/secrets.ts';
import { type StatePaths, statePaths } from '../state/paths.ts';
import { createRunContext, type RunContext } from './run-context.ts';
import { secretKeys } from './secret-keys.ts';

export interface OpenInput {
  readonly deployment: Deployment;
  /** Folder of difyctl.yaml. Paths in the file are relative to it, and `.difyctl/` is in it. */
  readonly baseDirectory: string;
  /** Absolute path of the file. Undefined if it was read from standard input. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly kubeconfig?: string | undefined;
  /** Overrides `target.context`. */
  readonly context?: string | undefined;
  /** Called with every secret as soon as it is known, so that the command's own output is redacted. */
  readonly protect?: ((values: Iterable<string>) => void) | undefined;
  /** Called with a note if commands are repeated because the API server does not answer. */
  readonly onNote?: ((text: string) => void) | undefined;
}

/** A deployment and the programs that reach it: enough to inspect the installation and to remove it. */
export interface DeploymentContext extends RunContext {
  readonly deployment: Deployment;
  readonly baseDirectory: string;
  readonly file?: string | undefined;
  readonly paths: StatePaths;
  /** Every secret that the deployment needs. */
  readonly required: readonly RequiredSecret[];
  /** The variable of the rendered set that holds each generated secret. */
  readonly secretKeys: Readonly<Record<SecretPath, string>>;
}

/**
 * Opens a deployment without chart and secrets, so that `status` and `uninstall` work if the chart repository is
 * unreachable.
 */
export function openDeployment(input: OpenInput): DeploymentContext {
  const { deployment, baseDirectory, file, env, kubeconfig, context, protect, onNote } = input;
  const required = requiredSecrets(deployment);
  const run = createRunContext({ deployment, required, env, kubeconfig, context, onNote });
  const protectBoth = (values: Iterable<string>): void => {
    const known = [...values];
    run.protect(known);
    protect?.(known);
  };
  return {
    ...run,
    protect: protectBoth,
    deployment,
    baseDirectory,
    file,
    required,
    paths: statePaths(baseDirectory, deployment.name),
    secretKeys: secretKeys(required, deployment.target.type),
  };
}
