import type { Deployment } from '../../deployment/schema/deployment.ts';

/** The command that stops these workloads, which write to what a restore replaces. */
export function stopCommand({ target, name }: Deployment, writers: readonly string[]): string {
  return target.type === 'compose'
    ? `docker compose -p ${name} stop ${writers.join(' ')}`
    : `kubectl -n ${target.namespace} scale --replicas=0 ${writers.map((one) => `deployment/${one}`).join(' ')}`;
}
