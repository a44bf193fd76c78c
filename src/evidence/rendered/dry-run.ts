import { isObject, type JsonObject } from '../../base/json.ts';
import { at, listAt, textAt } from '../../base/json-path.ts';
import { ownLabels } from '../../base/own-labels.ts';
import type { AskedObject } from '../../exec/dry-run-question.ts';
import type { KubernetesObject } from '../../render/rendered.ts';

/** Replaces values of Secrets; JSON, because some types of Secret require it. */
const PLACEHOLDER = '{}';
const POD_TEMPLATES = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job']);

export interface Release {
  readonly name: string;
  readonly namespace: string;
}

/** A planned object as it is sent, and its name in messages. */
export interface PlannedRequest {
  readonly label: string;
  /** Namespace of the object. */
  readonly namespace: string;
  readonly object: AskedObject;
  /** True for a pod as a controller would create it. */
  readonly isPod: boolean;
}

/**
 * The objects that the install would create, and a pod of each workload as its controller would create it, because many
 * admission policies check pods only. Contains no value of a Secret.
 */
export function dryRunRequests(
  release: Release,
  chart: readonly KubernetesObject[],
  own: readonly KubernetesObject[],
): readonly PlannedRequest[] {
  const helms = {
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'meta.helm.sh/release-name': release.name, 'meta.helm.sh/release-namespace': release.namespace },
  };
  const all = [
    ...chart.map((object) => marked(object, helms)),
    ...own.map((object) => marked(object, { labels: ownLabels(release.name), annotations: {} })),
  ];
  const objects = all.map((object) =>
    request(release, withoutValues(object), `${object.kind} ${object.metadata.name}`),
  );
  return [...objects, ...all.flatMap((object) => podRequest(release, object))];
}

type Pairs = Readonly<Record<string, string>>;

function marked(
  object: KubernetesObject,
  { labels, annotations }: { readonly labels: Pairs; readonly annotations: Pairs },
): KubernetesObject {
  const { metadata } = object;
  const more = (key: 'labels' | 'annotations', pairs: Pairs): JsonObject => {
    const before = metadata[key];
    return { ...(isObject(before) ? before : {}), ...pairs };
  };
  return {
    ...object,
    metadata: { ...metadata, labels: more('labels', labels), annotations: more('annotations', annotations) },
  };
}

function request(release: Release, object: KubernetesObject, label: string): PlannedRequest {
  return { label, namespace: textAt(object, 'metadata', 'namespace') || release.namespace, object, isPod: false };
}

/** Replaces the values of a Secret. Its keys remain, because policies may require them. */
function withoutValues(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Secret') return object;
  const blank = (part: unknown, value: string): JsonObject =>
    Object.fromEntries(Object.keys(isObject(part) ? part : {}).map((key) => [key, value]));
  const { data, stringData, ...rest } = object;
  return {
    ...rest,
    data: blank(data, Buffer.from(PLACEHOLDER).toString('base64')),
    stringData: blank(stringData, PLACEHOLDER),
  };
}

function podRequest(release: Release, object: KubernetesObject): readonly PlannedRequest[] {
  const { kind, metadata, apiVersion } = object;
  const template = at(object, 'spec', 'template');
  if (!POD_TEMPLATES.has(kind) || !isObject(template)) return [];
  const spec = at(template, 'spec');
  const own = at(template, 'metadata');
  const made = listAt(object, 'spec', 'volumeClaimTemplates').map((claim) => textAt(claim, 'metadata', 'name'));
  const volumes = made.map((name) => ({ name, persistentVolumeClaim: { claimName: `${name}-${metadata.name}-0` } }));
  const owner = {
    apiVersion,
    kind,
    name: metadata.name,
    uid: '00000000-0000-0000-0000-000000000000',
    controller: true,
  };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(isObject(own) ? own : {}),
      name: `${metadata.name}-dry-run`,
      ...(typeof metadata.namespace === 'string' ? { namespace: metadata.namespace } : {}),
      // Policies may admit or refuse pods by whether a controller owns them.
      ownerReferences: [kind === 'Deployment' ? { ...owner, kind: 'ReplicaSet' } : owner],
    },
    spec: { ...(isObject(spec) ? spec : {}), volumes: [...listAt(spec, 'volumes'), ...volumes] },
  };
  return [{ ...request(release, object, `a pod of ${kind} ${metadata.name}`), object: pod, isPod: true }];
}
