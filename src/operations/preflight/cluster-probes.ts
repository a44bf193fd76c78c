import { UserError } from '../../base/errors.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { ClusterProbeOptions } from './options.ts';

/** Throws UserError if `--from cluster` or `--deep` is given and the deployment has no cluster. */
export function refuseWithoutCluster(options: ClusterProbeOptions, deployment: Deployment | undefined): void {
  const flag = probeFlag(options);
  if (flag === undefined) return;
  if (deployment === undefined) throw new UserError(`${flag} needs a deployment file`, { next: ['difyctl init'] });
  if (deployment.target.type === 'kubernetes') return;
  throw new UserError(`${flag} is for Kubernetes; ${deployment.name} runs on Compose`, { next: ['difyctl preflight'] });
}

/** Throws UserError if a dry run, which creates nothing, has `--from cluster` or `--deep`. */
export function refuseInDryRun(options: ClusterProbeOptions): void {
  const flag = probeFlag(options);
  if (flag === undefined) return;
  throw new UserError(`${flag} creates temporary objects in the cluster, and --dry-run creates nothing`, {
    next: [`difyctl preflight ${flag}`, 'difyctl install --dry-run'],
  });
}

function probeFlag({ from, deep }: ClusterProbeOptions): '--from cluster' | '--deep' | undefined {
  if (from === 'cluster') return '--from cluster';
  return deep ? '--deep' : undefined;
}
