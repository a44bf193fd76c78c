import { boundedJson } from '../../../base/bounded-json.ts';
import { ExternalError } from '../../../base/errors.ts';
import { gunzipBounded } from '../../../base/gunzip.ts';
import { isObject } from '../../../base/json.ts';
import { at, labelsAt, listAt, textAt } from '../../../base/json-path.ts';
import { ownLabels } from '../../../base/own-labels.ts';
import { jsonAnswer } from '../../../exec/answer.ts';
import type { Helm, HelmRevision, ReleaseRef } from '../../../exec/helm.ts';
import { jsonDocuments } from '../../../exec/json-documents.ts';
import type { Kubectl } from '../../../exec/kubectl.ts';
import { secretName } from '../../../render/kubernetes/secret.ts';
import type { KubernetesObject } from '../../../render/rendered.ts';
import type { Applied, Finding } from './findings.ts';
import { findings } from './findings.ts';

export interface DriftSource {
  readonly kubectl: Kubectl;
  readonly helm: Helm;
  readonly release: ReleaseRef;
  /** A revision that is being applied: it and newer ones do not count. */
  readonly before?: number;
}

/** Managers that apply for difyctl: helm (3 and 4 alike) and difyctl itself. */
const APPLIERS = ['helm', 'difyctl'] as const;

/**
 * What was changed in the cluster since the last install: the release as helm stored it, and difyctl's objects beside it as its newest
 * revision recorded them, against what lives. Empty if nothing is installed, or if the last change did not end well: then there is nothing to
 * compare with. Looks only. Throws ExternalError if helm or the cluster does not answer.
 */
export async function kubernetesDrift(source: DriftSource, signal: AbortSignal): Promise<readonly Finding[]> {
  const { helm, kubectl, release } = source;
  const [history, record] = await Promise.all([helm.history(release, signal), standingRecord(source, signal)]);
  const newest = history.at(-1);
  if (newest?.status !== 'deployed') return [];
  const { objects, appliers } = await appliedSet(source, history, record, signal);
  const own = record?.secretName === undefined ? [] : [secretReference(record.secretName)];
  const all = [...objects, ...(record?.manifests ?? [])];
  const live = await readLive(kubectl, release.namespace, [...all, ...own], signal);
  const found = findings({ objects: all, appliers }, (object) => live.get(identityOf(object)));
  return [...found, ...own.flatMap((object) => secretFinding(release.name, object, live.get(identityOf(object))))];
}

/** The release as difyctl left it. If somebody ran helm since, that is a change like any other: helm's own writes count as foreign then. */
async function appliedSet(
  { helm, release }: DriftSource,
  history: readonly HelmRevision[],
  record: DriftRecord | undefined,
  signal: AbortSignal,
): Promise<Applied> {
  const newest = history.at(-1)?.revision ?? 0;
  const ours = history.find(({ revision }) => revision === record?.releaseRevision)?.revision ?? newest;
  const [text, newestText] = await Promise.all([
    helm.manifest(release, ours, signal),
    ours === newest ? undefined : helm.manifest(release, newest, signal),
  ]);
  const { documentsOf } = await import('../../rendered/documents.ts');
  const objects = documentsOf(text).filter(isKubernetesObject);
  const isOurs = newestText === undefined || newestText === text;
  return { objects, appliers: isOurs ? APPLIERS : ['difyctl'] };
}

/** What a revision of difyctl says of what it applied. */
interface DriftRecord {
  readonly number: number;
  readonly outcome: string;
  /** Everything of it was applied: nothing that differs is its own unfinished work. */
  readonly isWhole: boolean;
  readonly releaseRevision: number | undefined;
  readonly secretName: string | undefined;
  readonly manifests: readonly KubernetesObject[];
}

const REVISIONS = encodeURIComponent('type=difyctl/revision');

/** The revision that stands: the newest, or if that was rolled back the one before; undefined if a run ended halfway. */
async function standingRecord(
  { kubectl, release, before = Number.POSITIVE_INFINITY }: DriftSource,
  signal: AbortSignal,
): Promise<DriftRecord | undefined> {
  const labels = Object.entries(ownLabels(release.name)).map(([key, value]) => `${key}=${value}`);
  const selector = `labelSelector=${encodeURIComponent(labels.join(','))}&fieldSelector=${REVISIONS}`;
  const path = `/api/v1/namespaces/${release.namespace}/secrets?${selector}`;
  const { documentsOf } = await import('../../rendered/documents.ts');
  const documentsIn = (text: string): readonly unknown[] | undefined => {
    try {
      return documentsOf(text);
    } catch (error) {
      if (error instanceof ExternalError) return undefined;
      throw error;
    }
  };
  const records = await kubectl.list(path, (secret) => recordIn(secret, documentsIn), signal);
  const sorted = records.filter(({ number }) => number < before).toSorted((a, b) => b.number - a.number);
  const newest = sorted[0];
  if (newest?.outcome !== 'rolled-back') return newest?.isWhole ? newest : undefined;
  const standing = sorted.find(({ isWhole }) => isWhole);
  // The rollback is helm's newest revision, and difyctl's own.
  return standing && { ...standing, releaseRevision: undefined };
}

/** Bytes of a record once it is unpacked; a rendered set is some 100 KiB. */
const RECORD_LIMIT = 8 * 2 ** 20;

/** Undefined for a record that is damaged, or that unpacks to more than any is. */
function unpacked(data: string): unknown {
  try {
    return boundedJson(gunzipBounded(Buffer.from(data, 'base64'), RECORD_LIMIT).toString());
  } catch {
    return undefined;
  }
}

/** Undefined for what is no revision. */
function recordIn(
  secret: unknown,
  documentsIn: (text: string) => readonly unknown[] | undefined,
): DriftRecord | undefined {
  const data = textAt(secret, 'data', 'revision.json.gz');
  if (data === '') return undefined;
  const revision = unpacked(data);
  const number = at(revision, 'number');
  if (typeof number !== 'number') return undefined;
  const [outcome, phase] = [textAt(revision, 'outcome'), textAt(revision, 'phase')];
  const release = at(revision, 'releaseRevision');
  const files = listAt(revision, 'files').filter((file) => textAt(file, 'path').startsWith('manifests/'));
  const manifests = files.map((file) => documentsIn(textAt(file, 'content')));
  // As any other damaged record.
  if (manifests.includes(undefined)) return undefined;
  return {
    number,
    outcome,
    isWhole: outcome === 'applied' || (outcome === 'open' && phase === 'postflight'),
    releaseRevision: typeof release === 'number' ? release : undefined,
    secretName: textAt(revision, 'secretName') || undefined,
    manifests: manifests.flatMap((objects) => objects ?? []).filter(isKubernetesObject),
  };
}

/** The objects that exist, with their managed fields, by identity; one call. */
async function readLive(
  kubectl: Kubectl,
  namespace: string,
  objects: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, unknown>> {
  if (objects.length === 0) return new Map();
  const items = objects.map(({ apiVersion, kind, metadata }) => {
    const own = textAt(metadata, 'namespace');
    return { apiVersion, kind, metadata: { name: metadata.name, ...(own === '' ? {} : { namespace: own }) } };
  });
  const input = jsonDocuments(items);
  const args = ['get', '-n', namespace, '--ignore-not-found', '--show-managed-fields', '-o', 'json', '-f', '-'];
  const answer = await kubectl.run(args, { input, signal });
  if (answer.trim() === '') return new Map();
  const parsed = jsonAnswer(answer, 'kubectl get');
  const found = textAt(parsed, 'kind') === 'List' ? listAt(parsed, 'items') : [parsed];
  return new Map(found.filter(isKubernetesObject).map((object) => [identityOf(object), object]));
}

/** Kind, group and name tell an object of one release apart. */
function identityOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  return `${kind}.${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}/${metadata.name}`;
}

function secretReference(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name } };
}

/** The Secret is immutable and named by its contents: whoever wants others has to delete it and make it anew. */
function secretFinding(deployment: string, object: KubernetesObject, live: unknown): readonly Finding[] {
  const { name } = object.metadata;
  const drift = { kind: 'Secret', name };
  if (live === undefined) return [{ drift: { ...drift, change: 'gone' } }];
  const data = Object.entries(labelsAt(live, 'data')).map(([key, text]) => [
    key,
    Buffer.from(text, 'base64').toString(),
  ]);
  if (secretName(deployment, Object.fromEntries(data)) === name) return [];
  const entry = listAt(live, 'metadata', 'managedFields').at(-1);
  const by = { manager: textAt(entry, 'manager'), at: textAt(entry, 'time') };
  return [{ drift: { ...drift, change: 'changed', path: 'data', secret: true, ...(by.manager === '' ? {} : { by }) } }];
}

function isKubernetesObject(value: unknown): value is KubernetesObject {
  return isObject(value) && textAt(value, 'kind') !== '' && textAt(value, 'metadata', 'name') !== '';
}
