import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { InstalledRelease } from '../../targets/target.ts';

/** Components that write to the databases or to the files, as Compose and the charts name them. */
const WRITER = /(?:^|[-_])(?:api|worker|beat|plugin[-_]daemon)(?:[-_]|$)/;

/** Returns the workloads that run and write to what a restore replaces. */
export function writersOf({ workloads }: InstalledRelease): readonly string[] {
  return workloads.filter(({ name, ready }) => ready > 0 && WRITER.test(name)).map(({ name }) => name);
}

/** The command that stops these workloads. */
export function stopCommand({ target, name }: Deployment, writers: readonly string[]): string {
  return target.type === 'compose'
    ? `docker compose -p ${name} stop ${writers.join(' ')}`
    : `kubectl -n ${target.namespace} scale --replicas=0 ${writers.map((one) => `deployment/${one}`).join(' ')}`;
}
