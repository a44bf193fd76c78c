import { labelsAt, listAt, textAt } from '../../evidence/read.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import { readOwnSecrets } from '../../state/kubernetes/own-secrets.ts';
import { newestRevision } from '../../state/revisions/revision.ts';
import type { WorkOptions } from '../target.ts';
import type { Connection } from './connection.ts';
import { deleteObjects } from './own.ts';
import { runOptions } from './recover.ts';

/** Removes the release and the objects beside it. Claims, secrets, revisions and the namespace stay; says which. */
export async function removeKubernetes(
  connection: Connection,
  options: WorkOptions,
): Promise<{ readonly kept: readonly string[] }> {
  const { kubectl, helm, release } = connection;
  const { signal } = options;
  const history = await helm.history(release, signal);
  if (history.length > 0 && history.at(-1)?.status !== 'uninstalled') {
    options.onProgress({ type: 'step-progress', step: 'uninstall', detail: `helm uninstall ${release.name}` });
    await helm.uninstall(release, runOptions(options));
  }
  const { revisions, data } = await readOwnSecrets(kubectl, release.namespace, release.name, signal);
  const beside = (newestRevision(revisions)?.manifests ?? []).filter(({ kind }) => kind !== 'PersistentVolumeClaim');
  if (beside.length > 0) await deleteObjects(connection, beside, signal);
  const claims = await keptClaims(connection, signal);
  return {
    kept: [
      ...claims.map((name) => `claim ${name}`),
      ...data.map(({ name }) => `Secret ${name}`),
      ...(revisions.length > 0 ? [`${revisions.length} revisions`] : []),
      `namespace ${release.namespace}`,
    ],
  };
}

async function keptClaims({ kubectl, release }: Connection, signal: AbortSignal): Promise<readonly string[]> {
  const list: unknown = jsonAnswer(
    await kubectl.run(['get', 'pvc', '-n', release.namespace, '-o', 'json'], { signal }),
    'kubectl get pvc',
  );
  return listAt(list, 'items')
    .filter((claim) => {
      const owner = labelsAt(claim, 'metadata', 'annotations')['meta.helm.sh/release-name'];
      return (
        owner === release.name || labelsAt(claim, 'metadata', 'labels')['app.kubernetes.io/instance'] === release.name
      );
    })
    .map((claim) => textAt(claim, 'metadata', 'name'));
}
