import { isObject } from '../../base/json.ts';
import { labelsAt, textAt } from '../../base/json-path.ts';
import { ownLabels } from '../../base/own-labels.ts';
import { OWN_KINDS, type OwnKind } from '../../checklist/own-kinds.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import { jsonDocuments } from '../../exec/json-documents.ts';
import { KubectlError } from '../../exec/kubectl.ts';
import type { KubernetesObject } from '../../render/rendered.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import type { Connection } from './connection.ts';
import { keyOf } from './objects.ts';

type Reach = Pick<Connection, 'kubectl' | 'release'>;
type Identity = Revision['manifests'][number];

/**
 * Returns those of `named` that difyctl may delete: of a kind that it creates, in the deployment's namespace, with its
 * labels for this deployment on the live object. A revision is a Secret that others may write too, so its content alone
 * deletes nothing.
 */
async function ownedLive(
  connection: Reach,
  named: readonly Identity[],
  signal: AbortSignal,
): Promise<readonly Identity[]> {
  const possible = named.filter((one) => ownKindOf(one) !== undefined);
  const { name, namespace } = connection.release;
  const objects = possible.map(({ apiVersion, kind, name: own }) => ({
    apiVersion,
    kind,
    metadata: { name: own, namespace },
  }));
  const live = await liveObjects(connection, objects, signal);
  const labels = Object.entries(ownLabels(name));
  return possible.filter((_, index) => {
    const object = objects[index];
    const found = object === undefined ? undefined : live.get(keyOf(object, namespace));
    return found !== undefined && labels.every(([key, value]) => labelsAt(found, 'metadata', 'labels')[key] === value);
  });
}

/** Returns true if an object of difyctl serves requests; see `OwnKind`. */
export function isServing(object: Identity): boolean {
  return ownKindOf(object)?.serves ?? false;
}

function ownKindOf({ apiVersion, kind }: Identity): OwnKind | undefined {
  return Object.values(OWN_KINDS).find((own) => own.apiVersion === apiVersion && own.kind === kind);
}

/**
 * Returns the objects outside the chart that a recorded revision had, this one does not have, and difyctl may delete
 * (`ownedLive`). Older revisions count too: the newest one may have failed before its predecessor's objects were
 * deleted.
 */
export async function droppedObjects(
  connection: Reach,
  revisions: readonly Pick<Revision, 'manifests'>[],
  own: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<readonly Identity[]> {
  const kept = new Set(own.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  const recorded = new Map(
    revisions.flatMap(({ manifests }) => manifests).map((one) => [`${one.kind}/${one.name}`, one] as const),
  );
  const dropped = [...recorded].flatMap(([key, one]) => (kept.has(key) ? [] : [one]));
  return ownedLive(connection, dropped, signal);
}

/**
 * Returns the dropped objects (`droppedObjects`) that no kept revision needs: a rollback finds its ExternalSecret, and
 * with it its Secret (`OwnKind.lasts`).
 */
export async function replacedObjects(...args: Parameters<typeof droppedObjects>): Promise<readonly Identity[]> {
  return (await droppedObjects(...args)).filter((object) => ownKindOf(object)?.lasts !== true);
}

/**
 * Returns those of a release's objects that exist without annotations of this release, each as `Kind name`. helm
 * deletes what its own Secrets name without checking the object, so a user who may write Secrets here could delete
 * objects with the operator's rights.
 */
export async function foreignObjects(
  connection: Reach,
  objects: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { name, namespace } = connection.release;
  const live = await liveObjects(connection, objects, signal);
  const isForeign = (object: KubernetesObject): boolean => {
    const found = live.get(keyOf(object, namespace));
    if (found === undefined) return false;
    const said = labelsAt(found, 'metadata', 'annotations');
    return said['meta.helm.sh/release-name'] !== name || said['meta.helm.sh/release-namespace'] !== namespace;
  };
  return objects.filter(isForeign).map((object) => `${object.kind} ${placedName(object, namespace)}`);
}

/** Returns the name of an object, with its namespace if that is not the release's. */
export function placedName(object: KubernetesObject, namespace: string): string {
  const own = textAt(object, 'metadata', 'namespace');
  return own === '' || own === namespace ? object.metadata.name : `${own}/${object.metadata.name}`;
}

type Live = ReadonlyMap<string, KubernetesObject>;

/** Returns the objects that exist, by `keyOf`. Skips kinds that the cluster does not know. Throws KubectlError. */
async function liveObjects(
  connection: Reach,
  objects: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<Live> {
  const live = new Map<string, KubernetesObject>();
  for (const [namespace, own] of groups(objects, ({ metadata }) => namespaceOf(metadata, connection))) {
    for (const [key, object] of await liveOf(connection, namespace, own, signal)) live.set(key, object);
  }
  return live;
}

/**
 * Reads the objects in one call. If the cluster does not know one of their kinds, which fails the whole call, reads
 * them kind by kind.
 */
async function liveOf(
  connection: Reach,
  namespace: string,
  objects: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<Live> {
  const kinds = groups(objects, ({ apiVersion, kind }) => `${apiVersion} ${kind}`);
  try {
    return await lookUp(connection, namespace, objects, signal);
  } catch (error) {
    if (!(error instanceof KubectlError && /no matches for kind/.test(error.stderr.join('\n')))) throw error;
    if (kinds.size === 1) return new Map();
  }
  const found = await Promise.all([...kinds.values()].map((own) => liveOf(connection, namespace, own, signal)));
  return new Map(found.flatMap((live) => [...live]));
}

async function lookUp(
  { kubectl, release }: Reach,
  namespace: string,
  objects: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<Live> {
  const named = objects.map(({ apiVersion, kind, metadata }) => ({
    apiVersion,
    kind,
    metadata: { name: metadata.name },
  }));
  const input = jsonDocuments(named);
  const args = ['get', '-n', namespace, '--ignore-not-found', '-o', 'json', '-f', '-'];
  const answer = await kubectl.run(args, { input, signal });
  const parsed: unknown = answer.trim() === '' ? {} : jsonAnswer(answer, 'kubectl get');
  const items = isObject(parsed) && Array.isArray(parsed.items) ? parsed.items : [parsed];
  const found = items.filter((item): item is KubernetesObject => isObject(item) && isObject(item.metadata));
  return new Map(found.map((object) => [keyOf(object, release.namespace), object]));
}

function namespaceOf({ namespace }: KubernetesObject['metadata'], { release }: Reach): string {
  return typeof namespace === 'string' && namespace !== '' ? namespace : release.namespace;
}

function groups<T>(items: readonly T[], keyFor: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const grouped = new Map<string, T[]>();
  for (const item of items) grouped.set(keyFor(item), [...(grouped.get(keyFor(item)) ?? []), item]);
  return grouped;
}
