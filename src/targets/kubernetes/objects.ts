import { boundedYaml, YamlFault } from '../../base/bounded-yaml.ts';
import { ExternalError } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import { textAt } from '../../base/json-path.ts';
import type { KubernetesObject } from '../../render/rendered.ts';

/**
 * Returns the objects of a manifest, in its order. Throws ExternalError if it is not YAML or has a document that is not
 * a Kubernetes object.
 */
export function parseManifest(text: string): readonly KubernetesObject[] {
  return documents(text).flatMap((object) => {
    if (object === null || object === undefined) return [];
    if (isKubernetesObject(object)) return [object];
    throw new ExternalError('the chart renders a document that is not a Kubernetes object');
  });
}

function documents(text: string): readonly unknown[] {
  try {
    return boundedYaml(text);
  } catch (cause) {
    if (!(cause instanceof YamlFault)) throw cause;
    throw new ExternalError(`the chart renders a manifest that ${cause.message}`, { cause });
  }
}

/**
 * Returns a key that identifies an object within a deployment: kind, API group (without the version, which may change),
 * namespace if it is not the release's, name.
 */
export function keyOf(object: KubernetesObject, namespace: string): string {
  const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
  const own = textAt(object, 'metadata', 'namespace');
  const elsewhere = own === '' || own === namespace ? '' : `${own}/`;
  return `${object.kind}.${group}/${elsewhere}${object.metadata.name}`;
}

function isKubernetesObject(value: unknown): value is KubernetesObject {
  return (
    isObject(value) &&
    textAt(value, 'apiVersion') !== '' &&
    textAt(value, 'kind') !== '' &&
    textAt(value, 'metadata', 'name') !== ''
  );
}
