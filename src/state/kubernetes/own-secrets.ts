import { boundedJson } from '../../base/bounded-json.ts';
import { isObject } from '../../base/json.ts';
import { labelsAt } from '../../base/json-path.ts';
import { SOURCES_ANNOTATION } from '../../base/own-labels.ts';
import type { Kubectl } from '../../exec/kubectl.ts';
import type { StoredRevisions } from '../revisions/stored.ts';
import { ownSelector, REVISION_TYPE } from './labels.ts';
import { isRevisionName, type NamedSecret, storedRevisions } from './revision-secrets.ts';

/** The Secret with Dify's own secrets at some revision. */
export interface DataSecret {
  readonly name: string;
  readonly createdAt: string;
  readonly data: Readonly<Record<string, string>>;
  /** The source of each secret in it, by path (`sourceText`). Undefined if difyctl created it. */
  readonly sources?: Readonly<Record<string, string>>;
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
  const [labelled, typed] = await Promise.all([
    kubectl.objects({ kind: 'secrets', namespace, labels: ownSelector(deployment) }, signal),
    kubectl.objects({ kind: 'secrets', namespace, fields: `type=${REVISION_TYPE}` }, signal),
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
  const sources = sourcesIn(labelsAt(metadata, 'annotations')[SOURCES_ANNOTATION]);
  return {
    name: String(metadata.name),
    createdAt: String(metadata.creationTimestamp ?? ''),
    data: Object.fromEntries(data.map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString()])),
    ...(sources === undefined ? {} : { sources }),
  };
}

/** Undefined without the annotation. Empty if it is not a JSON object of texts. */
function sourcesIn(text: string | undefined): Readonly<Record<string, string>> | undefined {
  if (text === undefined) return undefined;
  try {
    return labelsAt(boundedJson(text));
  } catch {
    return {};
  }
}

function nameOf({ metadata }: Record<string, unknown>): string {
  return isObject(metadata) ? String(metadata.name) : '';
}
