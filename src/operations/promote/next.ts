import type { DeploymentContext } from '../open-deployment.ts';

/** What a person still does after a promotion. `vectors`: the steps that vectors need. */
export function promotedNext({ deployment }: DeploymentContext, vectors: readonly string[]): readonly string[] {
  const { urls, recovery } = deployment;
  const hosts = new Set(Object.values(urls).flatMap((url) => (url === undefined ? [] : [new URL(url).hostname])));
  const dns = recovery?.topology?.standby?.dns;
  return [
    `point the DNS records of ${[...hosts].join(', ')} at this installation${dns === undefined ? '' : ` (${dns})`}`,
    ...vectors,
    'users sign in again, because Redis is not restored',
    'keep the old primary stopped: its scheduler and workers would write to its own data and send mail',
    'remove recovery.topology.primary from this file, and add it to the file of the old region',
    'difyctl backup makes the first set of the new primary, outside this region',
  ];
}
