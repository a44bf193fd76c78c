import { ownLabels } from '../../base/own-labels.ts';
import type { Kubectl } from '../../exec/kubectl.ts';
import type { RevisionStore } from '../revisions/store.ts';
import { FIELD_MANAGER, REVISION_LABEL, REVISION_TYPE } from './labels.ts';
import { readOwnSecrets } from './own-secrets.ts';
import { revisionData, revisionName } from './revision-secrets.ts';

/**
 * Returns a store of revisions as Secrets in the deployment's namespace, so that another machine has them, and losing
 * `.difyctl/` loses none.
 */
export function kubernetesRevisions(kubectl: Kubectl, namespace: string, deployment: string): RevisionStore {
  const name = (number: number) => revisionName(deployment, number);
  return {
    read: async (signal) => {
      const { revisions, unreadable } = await readOwnSecrets(kubectl, namespace, deployment, signal);
      return { revisions, unreadable };
    },
    write: async (revision, signal) => {
      const { number, outcome, startedAt, by } = revision;
      const labels = { ...ownLabels(deployment), [REVISION_LABEL]: String(number) };
      const annotations = { 'difyctl/outcome': outcome, 'difyctl/started': startedAt, 'difyctl/by': by };
      const object = {
        apiVersion: 'v1',
        kind: 'Secret',
        type: REVISION_TYPE,
        metadata: { name: name(number), labels, annotations },
        data: revisionData(revision),
      };
      const args = ['apply', '--server-side', '--force-conflicts', '--field-manager', FIELD_MANAGER, '-n', namespace];
      await kubectl.run([...args, '-f', '-'], { input: JSON.stringify(object), ...(signal ? { signal } : {}) });
    },
    remove: async (number, signal) => {
      const args = ['delete', 'secret', name(number), '-n', namespace, '--ignore-not-found', '--wait=false'];
      await kubectl.run(args, signal === undefined ? {} : { signal });
    },
  };
}
