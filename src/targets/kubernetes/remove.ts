import { counted } from '../../base/words.ts';
import { readOwnSecrets } from '../../state/kubernetes/own-secrets.ts';
import { releaseClaims } from '../../state/kubernetes/release-claims.ts';
import type { PlannedChange, WorkOptions } from '../target.ts';
import { sortChanges } from './compare.ts';
import type { Connection } from './connection.ts';
import { deleteObjects } from './own.ts';
import { droppedObjects, placedName } from './owned.ts';
import { runOptions } from './recover.ts';
import { releaseObjects } from './release-objects.ts';

/** Returns every object of the release and outside the chart that `removeKubernetes` deletes. Only reads. */
export async function removalKubernetes(
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly PlannedChange[]> {
  const { kubectl, release } = connection;
  const ofRelease = await releaseObjects(connection, signal);
  const { revisions } = await readOwnSecrets(kubectl, release.namespace, release.name, signal);
  const beside = await droppedObjects(connection, revisions, [], signal);
  return sortChanges([
    ...ofRelease.map((object) => deleted(object.kind, placedName(object, release.namespace))),
    ...beside.map(({ kind, name }) => deleted(kind, name)),
  ]);
}

/**
 * Uninstalls the release and deletes the objects outside the chart. Claims, secrets, revisions and the namespace are
 * kept; a Secret of External Secrets is deleted with its ExternalSecret. Returns what is kept.
 */
export async function removeKubernetes(
  connection: Connection,
  options: WorkOptions,
): Promise<{ readonly kept: readonly string[] }> {
  const { kubectl, helm, release } = connection;
  const { signal } = options;
  const { revisions, data } = await readOwnSecrets(kubectl, release.namespace, release.name, signal);
  const beside = await droppedObjects(connection, revisions, [], signal);
  const history = await helm.history(release, signal);
  if (history.length > 0 && history.at(-1)?.status !== 'uninstalled') {
    options.onProgress({ type: 'step-progress', step: 'uninstall', detail: `helm uninstall ${release.name}` });
    await helm.uninstall(release, runOptions(options));
  }
  await deleteObjects(connection, beside, signal);
  const claims = await releaseClaims(kubectl, release, signal);
  return {
    kept: [
      ...claims.map((name) => `claim ${name}`),
      ...data.flatMap(({ name, sources }) => (sources === undefined ? [`Secret ${name}`] : [])),
      ...(revisions.length > 0 ? [counted(revisions.length, 'revision')] : []),
      `namespace ${release.namespace}`,
    ],
  };
}

function deleted(kind: string, name: string): PlannedChange {
  return { action: 'delete', kind, name };
}
