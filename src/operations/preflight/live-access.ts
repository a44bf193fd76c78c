import type { LoadedDeployment } from '../../deployment/load.ts';
import { type SharedReads, sharedReads } from '../../exec/shared-reads.ts';
import { type DeploymentContext, openDeployment } from '../open-deployment.ts';
import type { PreflightRun } from './options.ts';

/** An open deployment and its kubectl for reads. */
export interface LiveAccess {
  readonly opened: DeploymentContext;
  readonly reads: SharedReads;
}

type Chosen = Pick<PreflightRun, 'env' | 'kubeconfig' | 'kubeContext' | 'protect' | 'onNote'>;

/** Opens the deployment of a file. On Kubernetes it starts kubectl, which starts up while the checks load. */
export function openLive(run: Chosen, { deployment, baseDirectory }: LoadedDeployment): LiveAccess {
  const { env, kubeconfig, kubeContext: context, protect, onNote } = run;
  const opened = openDeployment({ deployment, baseDirectory, env, kubeconfig, context, protect, onNote });
  const reads = sharedReads(opened.runner, opened.kubeArgs);
  if (deployment.target.type === 'kubernetes') reads.begin();
  return { opened, reads };
}
