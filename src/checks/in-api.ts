import type { Deployment } from '../deployment/schema/deployment.ts';

/** The beginning of a command line that runs what follows in a container of the installed api. */
export function inApi({ name, target }: Deployment): string {
  if (target.type === 'compose') return `docker compose -p ${name} exec api`;
  // As the chart names what it makes: the release, with the chart's name where that is not in it.
  const full = name.includes('dify') ? name : `${name}-dify`;
  return `kubectl -n ${target.namespace} exec deploy/${full}-api --`;
}
