import { isObject } from '../../base/json.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import type { Kubectl } from '../../exec/kubectl.ts';
import type { StoredRevisions } from '../revisions/stored.ts';
import { ownSelector, REVISION_TYPE } from './labels.ts';
import { isRevisionName, type NamedSecret, storedRevisions } from './revision-secrets.ts';

/** The Secret with Dify's own secrets at some revision. */
export interface DataSecret {
  readonly name: string;
  readonly createdAt: string;
  readonly data: Readonly<Record<string, string>>;
}

/** Every Secret that difyctl owns for a deployment: revisions and data. */
export interface OwnSecrets extends StoredRevisions {
  readonly data: readonly DataSecret[];
}

/**
 * Returns the Secrets of a deployment; none if the namespace does not exist. Revisions are identified by type and name,
 * not by labels: one that lost its labels still has its number. Throws KubectlError.
 */
export async function readOwnSecrets(
  kubectl: Kubectl,
  namespace: string,
  deployment: string,
  signal?: AbortSignal,
): Promise<OwnSecrets> {
  const read = async (...choice: readonly string[]): Promise<readonly Record<string, unknown>[]> => {
    const args = ['get', 'secrets', '-n', namespace, ...choice, '-o', 'json'];
    const text = await kubectl.run(args, signal === undefined ? {} : { signal });
    const list: unknown = jsonAnswer(text, 'kubectl get secrets');
    return isObject(list) && Array.isArray(list.items) ? list.items.filter(isObject) : [];
  };
  const [labelled, typed] = await Promise.all([
    read('-l', ownSelector(deployment)),
    read('--field-selector', `type=${REVISION_TYPE}`),
  ]);
  const named = new Map([...labelled, ...typed].map((item) => [nameOf(item), item]));
  const isRevision = (item: NamedSecret['item']) => isRevisionName(nameOf(item), deployment);
  const revisions = [...named].map(([name, item]) => ({ name, item })).filter(({ item }) => isRevision(item));
  return {
    ...storedRevisions(revisions, namespace),
    data: labelled.filter((item) => !isRevision(item) && item.type !== REVISION_TYPE).map(toDataSecret),
  };
}

function toDataSecret(item: Record<string, unknown>): DataSecret {
  const metadata = isObject(item.metadata) ? item.metadata : {};
  const data = isObject(item.data) ? Object.entries(item.data) : [];
  return {
    name: String(metadata.name),
    createdAt: String(metadata.creationTimestamp ?? ''),
    data: Object.fromEntries(data.map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString()])),
  };
}

function nameOf({ metadata }: Record<string, unknown>): string {
  return isObject(metadata) ? String(metadata.name) : '';
}
