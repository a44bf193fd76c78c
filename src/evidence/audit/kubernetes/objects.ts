import { labelsAt, textAt } from '../../../base/json-path.ts';
import { ownLabels } from '../../../base/own-labels.ts';
import { fromCluster, fromClusterIfThere } from '../../cluster/connect.ts';
import type { CollectContext } from '../../evidence.ts';
import { releaseOf } from '../installation.ts';

/** A kind of a namespace, as paths of the API name it. */
export interface ListedKind {
  /** `apps/v1`; `v1` for the core group. */
  readonly version: string;
  readonly resource: string;
}

/** Kinds whose pods stay. */
const WORKLOADS: readonly (ListedKind & { readonly kind: string })[] = [
  { version: 'apps/v1', resource: 'deployments', kind: 'Deployment' },
  { version: 'apps/v1', resource: 'statefulsets', kind: 'StatefulSet' },
  { version: 'apps/v1', resource: 'daemonsets', kind: 'DaemonSet' },
];

/** A workload of the release as the API server has it. Its variables may hold secrets: it is never kept. */
export interface LiveObject {
  readonly kind: string;
  readonly name: string;
  readonly object: unknown;
}

/** The workloads of the release, by name. Throws CollectionError if a kind may not be listed. */
export async function liveWorkloads(context: CollectContext): Promise<readonly LiveObject[]> {
  const { name } = releaseOf(context);
  const lists = await Promise.all(
    WORKLOADS.map(async ({ kind, ...listed }) => {
      const objects = await listObjects(context, listed);
      return objects.filter((object) => isOfRelease(object, name)).map((object) => named(kind, object));
    }),
  );
  return lists.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

function named(kind: string, object: unknown): LiveObject {
  return { kind, name: textAt(object, 'metadata', 'name'), object };
}

/** Every object of a kind in the namespace of the release. Throws CollectionError if they may not be listed. */
export async function listObjects(
  context: CollectContext,
  { version, resource }: ListedKind,
): Promise<readonly unknown[]> {
  const { namespace } = releaseOf(context);
  return fromCluster(context, `list ${resource} in namespace ${namespace}`, (cluster) =>
    cluster.list(`${apiPath(version)}/namespaces/${namespace}/${resource}`, (item) => item, context.signal),
  );
}

/** As `listObjects`; undefined if the cluster has no such kind. */
export async function listObjectsIfThere(
  context: CollectContext,
  { version, resource }: ListedKind,
): Promise<readonly unknown[] | undefined> {
  const { namespace } = releaseOf(context);
  return fromClusterIfThere(context, `list ${resource} in namespace ${namespace}`, (cluster) =>
    cluster.list(`${apiPath(version)}/namespaces/${namespace}/${resource}`, (item) => item, context.signal),
  );
}

/** One object of the namespace; undefined if it does not exist. Throws CollectionError if it may not be read. */
export async function getObject(context: CollectContext, resource: string, name: string): Promise<unknown> {
  const { namespace } = releaseOf(context);
  return fromClusterIfThere(context, `get ${resource} in namespace ${namespace}`, (cluster) =>
    cluster.get(`/api/v1/namespaces/${namespace}/${resource}/${name}`, context.signal),
  );
}

function apiPath(version: string): string {
  return version.includes('/') ? `/apis/${version}` : `/api/${version}`;
}

/**
 * True if an object belongs to a release: by Helm's annotation, by the label that charts set (also if the output
 * of `helm template` was applied), or by difyctl's own label.
 */
export function isOfRelease(object: unknown, release: string): boolean {
  const labels = labelsAt(object, 'metadata', 'labels');
  return (
    textAt(object, 'metadata', 'annotations', 'meta.helm.sh/release-name') === release ||
    labels['app.kubernetes.io/instance'] === release ||
    Object.entries(ownLabels(release)).every(([key, value]) => labels[key] === value)
  );
}
