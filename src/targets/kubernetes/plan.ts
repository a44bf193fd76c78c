import { digestOf } from '../../base/digest.ts';
import { isObject } from '../../base/json.ts';
import { autoscaled } from '../../evidence/drift/kubernetes/findings.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import { jsonDocuments } from '../../exec/json-documents.ts';
import { KubectlError } from '../../exec/kubectl.ts';
import type { KubernetesObject, RenderedKubernetes, RenderedSecret } from '../../render/rendered.ts';
import { readOwnSecrets } from '../../state/kubernetes/own-secrets.ts';
import { newestRevision, type Revision } from '../../state/revisions/revision.ts';
import type { Plan, PlannedChange } from '../target.ts';
import { withDrift } from '../with-drift.ts';
import { compareObjects, goneObjects, lacking, sortChanges } from './compare.ts';
import { type Connection, chartOf } from './connection.ts';
import { readDrift, rolledByDrift } from './drift.ts';
import { withGracefulStops } from './graceful.ts';
import { effectiveRevision } from './history.ts';
import { drainsOf, interruptionsOf } from './interruptions.ts';
import { withoutCounts } from './live-counts.ts';
import { keyOf, parseManifest } from './objects.ts';
import { foreignObjects, replacedObjects } from './owned.ts';

/**
 * Returns what an apply would do: the chart's objects compared with the current release, difyctl's own objects compared
 * with the cluster. Only reads. Throws ExternalError if helm or the cluster does not answer.
 */
export async function planKubernetes(
  connection: Connection,
  rendered: RenderedKubernetes,
  revisions: readonly Revision[],
  signal: AbortSignal,
): Promise<Plan> {
  const { helm, release } = connection;
  const history = await helm.history(release, signal);
  const base = effectiveRevision(history);
  const [wantedText, currentText, home, drift] = await Promise.all([
    helm.template(release, chartOf(connection), rendered.values, { isUpgrade: base !== undefined, signal }),
    base === undefined ? '' : helm.manifest(release, base.revision, signal),
    namespaceExists(connection, signal),
    base === undefined ? [] : readDrift(connection, signal),
  ]);
  const wanted = parseManifest(wantedText);
  const own = ownObjects(rendered);
  const live = home ? await liveObjects(connection, [...(base === undefined ? [] : wanted), ...own], signal) : NOTHING;
  const present = base === undefined ? undefined : live && new Set(live.keys());
  const current = parseManifest(currentText);
  const scaled = autoscaled([...wanted, ...own]);
  const ofChart = compareObjects(
    withoutCounts(current, scaled),
    withoutCounts(wanted, scaled),
    release.namespace,
    present,
  );
  const ofRelease = withGracefulStops(ofChart, wanted, live ?? NOTHING, release.namespace);
  const dropped = await replacedObjects(connection, revisions, own, signal);
  const foreign = await foreignObjects(connection, goneObjects(current, wanted, release.namespace), signal);
  const ofDrift = withDrift(ofRelease, drift, namesOf(wanted));
  const touchesRelease = ofDrift.length > 0 || history.at(-1)?.status !== 'deployed';
  // A migration is part of a roll-out: without one, a Job that no longer exists is not run again.
  const planned = own.filter(({ kind }) => touchesRelease || kind !== 'Job');
  const ofOwn = ownChanges(withoutCounts(planned, scaled), live ?? NOTHING, dropped, release.namespace);
  const inside = sortChanges([...withDrift(ofOwn, drift, namesOf(own)), ...ofDrift]);
  const namespace = { action: 'create' as const, kind: 'Namespace', name: release.namespace };
  // The digest does not include the namespace: it is created for the lock, before the plan is made again under the
  // lock.
  const secrets = await changedSecrets(connection, rendered, newestRevision(revisions), signal);
  const rolls = [...ofRelease, ...ofOwn].filter(({ paths }) =>
    (paths ?? []).some((path) => path.startsWith('spec.template.')),
  );
  const objects = [...wanted, ...own];
  const rolled = new Set([...rolls.map(({ name }) => name), ...rolledByDrift(objects, drift)]);
  const digest = digestOf({ changes: inside, drift, wanted, own: own.map(withoutData) });
  return {
    changes: home ? inside : sortChanges([namespace, ...inside]),
    drift,
    secrets,
    rolls: [...rolled],
    interruptions: interruptionsOf(objects, rolled, [...(live ?? NOTHING).values()]),
    drains: drainsOf(objects),
    touchesRelease,
    digest,
    foreign,
  };
}

/**
 * Returns the keys of the Secret whose values differ from those of the previous revision. Empty if that Secret cannot
 * be read, and if External Secrets creates the Secret: difyctl does not have its values.
 */
async function changedSecrets(
  { kubectl, release }: Connection,
  { secret }: RenderedKubernetes,
  previous: Revision | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const before = previous?.secretName;
  if (before === undefined || before === secret.name || secret.externalKeys !== undefined) return [];
  const { data } = await readOwnSecrets(kubectl, release.namespace, release.name, signal);
  const old = data.find(({ name }) => name === before)?.data;
  if (old === undefined) return [];
  const keys = new Set([...Object.keys(old), ...Object.keys(secret.data)]);
  return [...keys].filter((key) => old[key] !== secret.data[key]).sort();
}

function namesOf(objects: readonly KubernetesObject[]): ReadonlySet<string> {
  return new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
}

/** Returns difyctl's own objects outside the chart, the Secret first. */
export function ownObjects(rendered: RenderedKubernetes): readonly KubernetesObject[] {
  return [...secretObjects(rendered), ...rendered.manifests];
}

/** Returns the Secret in the form of the API. Empty if External Secrets creates it. */
export function secretObjects({ secret }: RenderedKubernetes): readonly KubernetesObject[] {
  return secret.externalKeys === undefined ? [secretObject(secret)] : [];
}

function secretObject(secret: RenderedSecret): KubernetesObject {
  const data = Object.entries(secret.data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secret.name },
    type: 'Opaque',
    immutable: true,
    data: Object.fromEntries(data),
  };
}

/**
 * Returns true if the namespace exists, and also if this user may not read it: such a user could not create it either.
 */
export async function namespaceExists({ kubectl, release }: Connection, signal: AbortSignal): Promise<boolean> {
  try {
    const args = ['get', 'namespace', release.namespace, '--ignore-not-found', '-o', 'name'];
    return (await kubectl.run(args, { signal })).trim() !== '';
  } catch (error) {
    if (error instanceof KubectlError && error.reason === 'forbidden') return true;
    throw error;
  }
}

type Live = ReadonlyMap<string, KubernetesObject>;
const NOTHING: Live = new Map();

/**
 * Returns those of the objects that exist. Returns undefined if the cluster does not know one of their kinds, because
 * kubectl then returns nothing.
 */
async function liveObjects(
  { kubectl, release }: Connection,
  objects: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<Live | undefined> {
  const input = jsonDocuments(objects.map(identity));
  const args = ['get', '-n', release.namespace, '--ignore-not-found', '-o', 'json', '-f', '-'];
  try {
    const answer = await kubectl.run(args, { input, signal });
    const parsed: unknown = answer.trim() === '' ? {} : jsonAnswer(answer, 'kubectl get -f -');
    const items = isObject(parsed) && Array.isArray(parsed.items) ? parsed.items : [parsed];
    const found = items.filter((item): item is KubernetesObject => isObject(item) && isObject(item.metadata));
    return new Map(found.map((object) => [keyOf(object, release.namespace), object]));
  } catch (error) {
    if (error instanceof KubectlError && error.reason === 'unknown-kind') return undefined;
    throw error;
  }
}

/** Returns the fields that identify an object for kubectl. */
function identity({ apiVersion, kind, metadata }: KubernetesObject): object {
  const { name, namespace } = metadata;
  return { apiVersion, kind, metadata: namespace === undefined ? { name } : { name, namespace } };
}

function ownChanges(
  own: readonly KubernetesObject[],
  live: Live,
  dropped: readonly Revision['manifests'][number][],
  namespace: string,
): readonly PlannedChange[] {
  const made = own.flatMap((object): readonly PlannedChange[] => {
    const { kind, metadata } = object;
    const found = live.get(keyOf(object, namespace));
    if (found === undefined) return [{ action: 'create', kind, name: metadata.name }];
    // An immutable Secret is named after its contents: one with that name is equal.
    const paths = kind === 'Secret' ? [] : lacking(found, object);
    return paths.length === 0 ? [] : [{ action: 'change', kind, name: metadata.name, paths }];
  });
  return [...made, ...dropped.map(({ kind, name }) => ({ action: 'delete' as const, kind, name }))];
}

/** Returns an object for a digest that is shown: of Secrets only the name, never a hash of their values. */
function withoutData(object: KubernetesObject): object {
  return object.kind === 'Secret' ? { kind: object.kind, name: object.metadata.name } : object;
}
