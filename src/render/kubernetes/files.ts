import { stringify } from 'yaml';
import type { JsonObject } from '../../base/json.ts';
import { API_VERSION } from '../../base/version.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { KubernetesObject, RenderedFile, RenderedSecret } from '../rendered.ts';

const HEADER = '# Made by difyctl from difyctl.yaml. Change that file, not this one. It holds no secret.\n';

/** What the files are made of. */
interface Contents {
  readonly values: JsonObject;
  readonly manifests: readonly KubernetesObject[];
  /** Fields of the chart's objects that the chart has no keys for. */
  readonly patches: readonly KubernetesObject[];
  readonly secret: RenderedSecret;
}

/** values.yaml, manifests/, patches/ and secret-keys.yaml, sorted by path. The same input gives the same bytes. */
export function renderedFiles(
  deployment: Deployment,
  { values, manifests, patches, secret }: Contents,
): readonly RenderedFile[] {
  const inFolder = (folder: string) => (object: KubernetesObject) =>
    file(`${folder}/${object.kind.toLowerCase()}-${object.metadata.name}.yaml`, object);
  const files = [
    file('values.yaml', values),
    file('secret-keys.yaml', secretKeys(deployment, secret)),
    ...manifests.map(inFolder('manifests')),
    ...patches.map(inFolder('patches')),
  ];
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * The name of the Secret that the values refer to, and its keys: for operators who create it themselves or with
 * `difyctl secrets apply`.
 */
function secretKeys({ target }: Deployment, { name, data, externalKeys }: RenderedSecret): JsonObject {
  return {
    apiVersion: API_VERSION,
    kind: 'SecretKeys',
    name,
    ...(target.type === 'kubernetes' ? { namespace: target.namespace } : {}),
    keys: externalKeys ?? Object.keys(data),
  };
}

/** The text is made when it is read: checks need the data alone, and the text of all files takes longer than the data. */
function file(path: string, data: JsonObject): RenderedFile {
  let text: string | undefined;
  return {
    path,
    get content() {
      text ??= textOf(data);
      return text;
    },
    mode: 0o644,
  };
}

function textOf(data: JsonObject): string {
  // Helm reads YAML 1.1, in which a plain `off` or `yes` is not a text. Aliases are valid, but hard to read.
  return HEADER + stringify(data, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}
