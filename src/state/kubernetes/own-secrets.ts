import { gunzipSync, gzipSync } from 'node:zlib';
import { isObject } from '../../base/json.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import type { Kubectl } from '../../exec/kubectl.ts';
import { parseRevision, type Revision } from '../revisions/revision.ts';
import { ownSelector, REVISION_TYPE } from './labels.ts';

/** The Secret that holds Dify's own secrets at some revision. */
export interface DataSecret {
  readonly name: string;
  readonly createdAt: string;
  readonly data: Readonly<Record<string, string>>;
}

/** Every Secret that difyctl owns for a deployment, told apart. */
export interface OwnSecrets {
  readonly revisions: readonly Revision[];
  readonly data: readonly DataSecret[];
}

const REVISION_KEY = 'revision.json.gz';

/** Reads them in one call; a namespace that does not exist has none. Throws KubectlError. */
export async function readOwnSecrets(
  kubectl: Kubectl,
  namespace: string,
  deployment: string,
  signal?: AbortSignal,
): Promise<OwnSecrets> {
  const args = ['get', 'secrets', '-n', namespace, '-l', ownSelector(deployment), '-o', 'json'];
  const text = await kubectl.run(args, signal === undefined ? {} : { signal });
  const list: unknown = jsonAnswer(text, 'kubectl get secrets');
  const items = isObject(list) && Array.isArray(list.items) ? list.items.filter(isObject) : [];
  const isRevision = (item: Record<string, unknown>) => item.type === REVISION_TYPE;
  return {
    revisions: items
      .filter(isRevision)
      .map(toRevision)
      .filter((revision) => revision !== undefined),
    data: items.filter((item) => !isRevision(item)).map(toDataSecret),
  };
}

/** Content of a revision's Secret: compressed, since etcd takes 1 MiB at most and a rendered set is some 100 KiB of YAML. */
export function revisionData(revision: Revision): Readonly<Record<string, string>> {
  return { [REVISION_KEY]: gzipSync(JSON.stringify(revision)).toString('base64') };
}

function toRevision(item: Record<string, unknown>): Revision | undefined {
  const data = isObject(item.data) ? item.data[REVISION_KEY] : undefined;
  if (typeof data !== 'string') return undefined;
  return parseRevision(gunzipSync(Buffer.from(data, 'base64')).toString());
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
