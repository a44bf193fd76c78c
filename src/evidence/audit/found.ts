import { labelsAt, listAt, textAt } from '../../base/json-path.ts';
import { docker, PROJECT_LABEL } from '../../exec/docker.ts';
import { fromCluster } from '../cluster/connect.ts';
import type { CollectContext, InstallationRef } from '../evidence.ts';
import { repositoryOf } from './roles.ts';

type Release = Extract<InstallationRef, { target: 'kubernetes' }>;

/** What a search needs of a CollectContext. */
export type SearchContext = Pick<CollectContext, 'runner' | 'kubeArgs' | 'reads' | 'signal'>;

const API = 'dify-api';

/**
 * The releases of Dify in a namespace, or in all namespaces without one: of each Deployment that runs Dify's API, the
 * release that it belongs to. Throws CollectionError if Deployments may not be listed or the cluster does not answer.
 */
export async function foundReleases(
  context: SearchContext,
  namespace: string | undefined,
): Promise<readonly Release[]> {
  const path =
    namespace === undefined ? '/apis/apps/v1/deployments' : `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const right = `list deployments in ${namespace === undefined ? 'all namespaces' : `namespace ${namespace}`}`;
  const found = await fromCluster(context, right, (cluster) => cluster.list(path, releaseOfApi, context.signal));
  return once(found, ({ name, namespace: place }) => `${place}/${name}`);
}

function releaseOfApi(deployment: unknown): Release | undefined {
  const containers = listAt(deployment, 'spec', 'template', 'spec', 'containers');
  if (!containers.some((container) => repositoryOf(textAt(container, 'image')) === API)) return undefined;
  const name =
    textAt(deployment, 'metadata', 'annotations', 'meta.helm.sh/release-name') ||
    (labelsAt(deployment, 'metadata', 'labels')['app.kubernetes.io/instance'] ?? '');
  return name === ''
    ? undefined
    : { target: 'kubernetes', name, namespace: textAt(deployment, 'metadata', 'namespace') };
}

/** The Compose projects with a container of Dify's API. Throws ExternalError if the engine does not answer. */
export async function foundProjects({ runner, signal }: SearchContext): Promise<readonly InstallationRef[]> {
  const format = `{{.Label "${PROJECT_LABEL}"}}\t{{.Image}}`;
  const rows = await docker(runner).run(['ps', '-a', '--filter', `label=${PROJECT_LABEL}`, '--format', format], {
    signal,
  });
  const projects = rows
    .split('\n')
    .map((row) => row.split('\t'))
    .filter(([name = '', image = '']) => name !== '' && repositoryOf(image) === API)
    .map(([name = '']): InstallationRef => ({ target: 'compose', name }));
  return once(projects, ({ name }) => name);
}

function once<T>(list: readonly T[], key: (member: T) => string): readonly T[] {
  return [...new Map(list.map((member) => [key(member), member])).values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
