import { isObject, type JsonObject } from '../../base/json.ts';
import { labelsAt } from '../../base/json-path.ts';
import { ownLabels, POOL_LABEL } from '../../base/own-labels.ts';
import { jsonDocuments } from '../../exec/json-documents.ts';
import { KubectlError } from '../../exec/kubectl.ts';
import type { KubernetesObject } from '../../render/rendered.ts';
import { FIELD_MANAGER, REVISION_LABEL } from '../../state/kubernetes/labels.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import type { Connection } from './connection.ts';
import { namespaceExists } from './plan.ts';

/** Creates the deployment's namespace if it is missing. An uninstall keeps it. */
export async function ensureNamespace(connection: Connection, signal: AbortSignal): Promise<void> {
  if (await namespaceExists(connection, signal)) return;
  const { name, namespace } = connection.release;
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: ownLabels(name) } };
  try {
    await connection.kubectl.run(['create', '-f', '-'], { input: JSON.stringify(object), signal });
  } catch (error) {
    if (!(error instanceof KubectlError && error.reason === 'exists')) throw error;
  }
}

/**
 * Applies objects server-side as difyctl's own, labelled with deployment and revision. Values are passed on standard
 * input.
 */
export async function applyOwn(
  { kubectl, release }: Connection,
  objects: readonly KubernetesObject[],
  revision: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (objects.length === 0) return;
  const at = revision === undefined ? {} : { [REVISION_LABEL]: String(revision) };
  const labels = { ...ownLabels(release.name), ...at };
  const items = objects.map((object) => ({ ...object, metadata: labelled(object.metadata, labels) }));
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const args = ['apply', '--server-side', '--force-conflicts', '--field-manager', FIELD_MANAGER];
  await kubectl.run([...args, '-n', release.namespace, '-f', '-'], { input, signal });
}

/** Deletes objects outside the chart. The caller has verified that they are difyctl's (`ownedLive`). */
export async function deleteObjects(
  { kubectl, release }: Pick<Connection, 'kubectl' | 'release'>,
  objects: readonly Revision['manifests'][number][],
  signal: AbortSignal,
): Promise<void> {
  if (objects.length === 0) return;
  const { namespace } = release;
  const named = objects.map(({ apiVersion, kind, name }) => ({ apiVersion, kind, metadata: { name, namespace } }));
  const input = jsonDocuments(named);
  await kubectl.run(['delete', '--ignore-not-found', '-n', namespace, '-f', '-'], { input, signal });
}

function labelled(metadata: KubernetesObject['metadata'], labels: JsonObject): JsonObject {
  const given = isObject(metadata.labels) ? (metadata.labels as JsonObject) : {};
  return { ...metadata, labels: { ...given, ...labels } };
}

/**
 * True for an object that is applied after helm: a worker pool, whose new pods read the new ConfigMap of the release,
 * and a ScaledObject, which KEDA refuses as long as the chart's HorizontalPodAutoscaler of the same workload exists.
 */
export function followsRelease({ kind, metadata }: KubernetesObject): boolean {
  return kind === 'ScaledObject' || (kind === 'Deployment' && labelsAt(metadata, 'labels')[POOL_LABEL] !== undefined);
}
