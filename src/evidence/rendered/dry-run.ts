import { isObject, type JsonObject } from '../../base/json.ts';
import { at, listAt, textAt } from '../../base/json-path.ts';
import { ownLabels } from '../../base/own-labels.ts';
import type { AskedObject } from '../../exec/kubectl-dry-run.ts';
import type { KubernetesObject } from '../../render/rendered.ts';

/** JSON that is valid in every type of Secret. */
const PLACEHOLDER = '{}';
const POD_TEMPLATES = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job']);

export interface Release {
  readonly name: string;
  readonly namespace: string;
}

/** An object of the plan as it is sent, and what it is called in a message. */
export interface PlannedRequest {
  readonly label: string;
  /** Where the object belongs. */
  readonly namespace: string;
  readonly object: AskedObject;
  /** True for a pod that a controller would make. */
  readonly isPod: boolean;
}

/**
 * What the install would create, and a pod of each workload as its controller would: admission often looks at pods alone. No value of a Secret
 * is in it.
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

/** Keys stay, since policies may ask for them. */
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
      // Policies let pods pass, or refuse them, by whether somebody looks after them.
      ownerReferences: [kind === 'Deployment' ? { ...owner, kind: 'ReplicaSet' } : owner],
    },
    spec: { ...(isObject(spec) ? spec : {}), volumes: [...listAt(spec, 'volumes'), ...volumes] },
  };
  return [{ ...request(release, object, `a pod of ${kind} ${metadata.name}`), object: pod, isPod: true }];
}
