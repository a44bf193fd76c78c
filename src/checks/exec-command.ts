import type { Deployment } from '../deployment/schema/deployment.ts';
import { componentFullName, releaseNames } from '../render/kubernetes/names.ts';

/** The name of the community chart. The name of a chart in a folder is not known before the folder is read. */
const COMMUNITY = 'dify';

/** The beginning of a command line; it runs the words after it in a container of the installed api. */
export function execInApi(deployment: Deployment): string {
  const { name, target } = deployment;
  if (target.type === 'compose') return `docker compose -p ${name} exec api`;
  const { chart, namespace } = target;
  const names = releaseNames(deployment, 'repo' in chart ? chart.name : COMMUNITY);
  return `kubectl -n ${namespace} exec deploy/${componentFullName(names, 'api')} --`;
}
