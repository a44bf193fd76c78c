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
import { withStops } from '../../../render/kubernetes/graceful.ts';
import { secretName } from '../../../render/kubernetes/secret.ts';
import type { KubernetesObject } from '../../../render/rendered.ts';
import type { Applied, Finding } from './findings.ts';
import { findings } from './findings.ts';

export interface DriftSource {
  readonly kubectl: Kubectl;
  readonly helm: Helm;
  readonly release: ReleaseRef;
  /** Number of a revision that is being applied: it and newer ones are ignored. */
  readonly before?: number;
}

/** Field managers that apply for difyctl: helm (3 and 4) and difyctl itself. */
const APPLIERS = ['helm', 'difyctl'] as const;

/**
 * Changes in the cluster since the last install: compares the release as helm stored it, and difyctl's own objects as
 * its newest revision recorded them, with the live objects. Empty if nothing is installed, or if the last change did
 * not succeed, because there is nothing to compare with. Read-only. Throws ExternalError if helm or the cluster does
 * not answer.
 */
export async function kubernetesDrift(source: DriftSource, signal: AbortSignal): Promise<readonly Finding[]> {
  const { helm, kubectl, release } = source;
  const [history, record] = await Promise.all([helm.history(release, signal), standingRecord(source, signal)]);
  const newest = history.at(-1);
  if (newest?.status !== 'deployed') return [];
  const { objects, appliers } = await appliedSet(source, history, record, signal);
  const own = record?.secretName === undefined ? [] : [secretReference(record.secretName)];
  // A Job has ended: if it no longer exists, nothing changed.
  const beside = (record?.manifests ?? []).filter(({ kind }) => kind !== 'Job');
  const all = [...objects, ...beside];
  const live = await readLive(kubectl, release.namespace, [...all, ...own], signal);
  const found = findings({ objects: all, appliers }, (object) => live.get(identityOf(object)));
  // The contents of a Secret of External Secrets are those of the store; its name is not made from them.
  const isExternal = beside.some(
    ({ kind, metadata }) => kind === 'ExternalSecret' && metadata.name === record?.secretName,
  );
  return [
    ...found,
    ...own.flatMap((object) => secretFinding(release.name, object, live.get(identityOf(object)), isExternal)),
  ];
}

/**
 * The release as difyctl applied it. If someone else ran helm since and changed the manifest, helm's writes count as
 * changes by others.
 */
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
  const appliers = isOurs ? APPLIERS : (['difyctl'] as const);
  return { objects: record?.isPatched === true ? withStops(objects) : objects, appliers };
}

/** What a revision of difyctl recorded about its apply. */
interface DriftRecord {
  readonly number: number;
  readonly outcome: string;
  /** True if everything was applied, so that no difference is the revision's own unfinished work. */
  readonly isWhole: boolean;
  readonly releaseRevision: number | undefined;
  readonly secretName: string | undefined;
  /** True if its apply added the graceful stops to the release. An older difyctl added none. */
  readonly isPatched: boolean;
  readonly manifests: readonly KubernetesObject[];
}

const REVISIONS = encodeURIComponent('type=difyctl/revision');

/**
 * The revision in effect: the newest, or the last complete one before it if the newest was rolled back. Undefined if
 * the newest run did not complete.
 */
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
  // helm's newest revision is then the rollback itself, made by difyctl.
  return standing && { ...standing, releaseRevision: undefined };
}

/** Bytes of a decompressed record; a rendered set has about 100 KiB. */
const RECORD_LIMIT = 8 * 2 ** 20;

/** Decompresses and parses a record. Undefined if it is damaged or larger than the limit. */
function unpacked(data: string): unknown {
  try {
    return boundedJson(gunzipBounded(Buffer.from(data, 'base64'), RECORD_LIMIT).toString());
  } catch {
    return undefined;
  }
}

/** Reads a revision. Undefined if the Secret holds none, or a damaged one. */
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
  const isIn = (folder: string) => (file: unknown) => textAt(file, 'path').startsWith(folder);
  const files = listAt(revision, 'files').filter(isIn('manifests/'));
  const manifests = files.map((file) => documentsIn(textAt(file, 'content')));
  // Treated as a damaged record.
  if (manifests.includes(undefined)) return undefined;
  return {
    number,
    outcome,
    isWhole: outcome === 'applied' || (outcome === 'open' && phase === 'postflight'),
    releaseRevision: typeof release === 'number' ? release : undefined,
    secretName: textAt(revision, 'secretName') || undefined,
    isPatched: listAt(revision, 'files').some(isIn('patches/')),
    manifests: manifests.flatMap((objects) => objects ?? []).filter(isKubernetesObject),
  };
}

/** The objects that exist, with their managed fields, by identity; one call of kubectl. */
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

/** Kind, group and name identify an object of one release. */
function identityOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  return `${kind}.${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}/${metadata.name}`;
}

function secretReference(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name } };
}

/** The Secret is immutable and named by its contents: to change it, someone must delete it and create it again. */
function secretFinding(
  deployment: string,
  object: KubernetesObject,
  live: unknown,
  isExternal: boolean,
): readonly Finding[] {
  const { name } = object.metadata;
  const drift = { kind: 'Secret', name };
  if (live === undefined) return [{ drift: { ...drift, change: 'gone' } }];
  if (isExternal) return [];
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
