import { isObject } from '../../base/json.ts';
import type { Drift } from '../../evidence/drift/drift.ts';
import type { Finding } from '../../evidence/drift/kubernetes/findings.ts';
import { kubernetesDrift } from '../../evidence/drift/kubernetes/read.ts';
import { jsonDocuments } from '../../exec/json-documents.ts';
import type { KubernetesObject } from '../../render/rendered.ts';
import type { ApplyOptions } from '../target.ts';
import type { Connection } from './connection.ts';

/** Returns the drift for a plan, without the values that fix it. */
export async function readDrift(connection: Connection, signal: AbortSignal): Promise<readonly Drift[]> {
  return (await kubernetesDrift(connection, signal)).map(({ drift }) => drift);
}

/**
 * Undoes drift that an upgrade would keep: fields that were never applied, in objects that stay. Replaces each such
 * object as a whole, so that it is valid at every moment. Returns the ConfigMaps and Secrets that had other contents,
 * as `Kind/name`, because processes may have read them.
 */
export async function undoDrift(
  connection: Connection,
  own: readonly KubernetesObject[],
  { revision, signal }: Pick<ApplyOptions, 'revision' | 'signal'>,
): Promise<ReadonlySet<string>> {
  const { kubectl, release } = connection;
  const found = (await kubernetesDrift({ ...connection, before: revision }, signal)).filter(
    ({ drift }) => drift.change !== 'gone',
  );
  // A revision is a Secret that others may write too. Of the objects that it names, only those of this set are deleted.
  const secrets = found
    .filter(({ difference, drift }) => difference === undefined && isOf(own, drift))
    .map(({ drift }) => drift.name);
  if (secrets.length > 0) {
    // The Secret is immutable: it is deleted here and created again with its own contents.
    await kubectl.run(['delete', 'secret', ...secrets, '-n', release.namespace, '--ignore-not-found'], { signal });
  }
  const items = restored(found);
  if (items.length > 0) {
    const input = jsonDocuments(items);
    await kubectl.run(['replace', '--field-manager=helm', '-n', release.namespace, '-f', '-'], { input, signal });
  }
  const read = found.filter(({ drift: { kind } }) => kind === 'ConfigMap' || kind === 'Secret');
  return new Set(read.map(({ drift: { kind, name } }) => `${kind}/${name}`));
}

function isOf(objects: readonly KubernetesObject[], { kind, name }: Drift): boolean {
  return objects.some((object) => object.kind === kind && object.metadata.name === name);
}

/** Returns live objects that have fields which were never applied, as they should be. */
export function restored(found: readonly Finding[]): readonly object[] {
  const live = new Map(found.flatMap((one) => (one.live === undefined ? [] : [[one.live, [] as Finding[]] as const])));
  for (const one of found) if (one.live !== undefined) live.get(one.live)?.push(one);
  return [...live]
    .filter(([, its]) => its.some(({ drift }) => drift.change === 'added'))
    .map(([object, its]) => its.toSorted(backwards).reduce(putBack, structuredClone(object as object)));
}

/** Sorts later items of a list first, because removing an item moves those after it. */
function backwards(a: Finding, b: Finding): number {
  const [one, other] = [a.difference?.pointer ?? [], b.difference?.pointer ?? []];
  const at = one.findIndex((step, index) => step !== other[index]);
  const [left, right] = [one[at], other[at]];
  return typeof left === 'number' && typeof right === 'number' ? right - left : 0;
}

function putBack(object: object, { difference }: Finding): object {
  if (difference === undefined) return object;
  const { pointer, wanted } = difference;
  const last = pointer.at(-1);
  const parent = pointer
    .slice(0, -1)
    .reduce<unknown>((value, step) => (value as Record<string | number, unknown>)[step], object);
  if (Array.isArray(parent) && typeof last === 'number') {
    if (wanted === undefined) parent.splice(last, 1);
    else parent[last] = wanted;
  } else if (isObject(parent) && typeof last === 'string') {
    if (wanted === undefined) delete parent[last];
    else parent[last] = wanted;
  }
  return object;
}

/**
 * Returns the names of the workloads that start new pods when the drift is undone: those whose pods were changed, and
 * those that read a changed ConfigMap or Secret.
 */
export function rolledByDrift(objects: readonly KubernetesObject[], drift: readonly Drift[]): readonly string[] {
  const changed = drift.filter(({ kind, path = '' }) => WORKLOADS.has(kind) && path.startsWith('spec.template.'));
  const read = drift.filter(({ kind, change }) => (kind === 'ConfigMap' || kind === 'Secret') && change !== 'gone');
  const readers = readersOf(objects, new Set(read.map(({ kind, name }) => `${kind}/${name}`)));
  return [...changed.map(({ name }) => name), ...readers.map((reader) => reader.slice(reader.indexOf('/') + 1))];
}

const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/** Returns the workloads whose pods read one of these ConfigMaps or Secrets (`Kind/name`), in kubectl's form. */
export function readersOf(objects: readonly KubernetesObject[], read: ReadonlySet<string>): readonly string[] {
  return objects
    .filter(({ kind, spec }) => WORKLOADS.has(kind) && references(spec).some((one) => read.has(one)))
    .map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`);
}

const REFERENCES: Readonly<Record<string, string>> = {
  secretRef: 'Secret',
  secretKeyRef: 'Secret',
  secret: 'Secret',
  configMapRef: 'ConfigMap',
  configMapKeyRef: 'ConfigMap',
  configMap: 'ConfigMap',
};

function references(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, below]) => {
    const kind = REFERENCES[key];
    const name = isObject(below) ? (below.name ?? below.secretName) : undefined;
    return [...(kind !== undefined && typeof name === 'string' ? [`${kind}/${name}`] : []), ...references(below)];
  });
}
