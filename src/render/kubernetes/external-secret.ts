import { digestOf } from '../../base/digest.ts';
import type { JsonObject } from '../../base/json.ts';
import { ownLabels, SOURCES_ANNOTATION } from '../../base/own-labels.ts';
import type { SecretPath } from '../../base/secret-ref.ts';
import { type ExternalStore, externalSource, externalStore, sourceText } from '../../deployment/external-secrets.ts';
import type { SecretForms } from '../../providers/env-entry.ts';
import type { RenderModel } from '../model.ts';
import type { KubernetesObject } from '../rendered.ts';
import { ownObject } from './own-object.ts';
import { secretNameOf, secretTexts, sorted } from './secret.ts';

/** The Secret as External Secrets creates it: difyctl never has its values. */
export interface ExternalSecretContent {
  readonly name: string;
  readonly keys: readonly string[];
  readonly object: KubernetesObject;
}

/**
 * The ExternalSecret of a deployment with `secrets.store`. It has the name of the Secret that it creates. Any change of
 * a source, of a composed text or of a file changes the name, which rolls every consumer; a new value in the store does
 * not. Undefined if difyctl creates the Secret itself.
 */
export function externalSecret(
  model: RenderModel,
  files: Readonly<Record<string, string>>,
): ExternalSecretContent | undefined {
  const { deployment } = model;
  const store = externalStore(deployment);
  if (store === undefined) return undefined;
  const { forms, read, filled } = templateForms();
  const texts = Object.entries({ ...secretTexts(model, forms), ...files });
  const templates = sorted(Object.fromEntries(texts.map(([key, text]) => [key, filled(text)])));
  const sources = sourcesOf(model, read());
  const { kind, name: storeName } = store;
  const reads = { secretStoreRef: { kind, name: storeName }, data: sources.map(dataItem), templates };
  const name = secretNameOf(deployment.name, digestOf(reads));
  const spec = specOf(store, name, reads, {
    labels: { ...ownLabels(deployment.name) },
    annotations: { [SOURCES_ANNOTATION]: JSON.stringify(Object.fromEntries(sources.map((one) => named(store, one)))) },
  });
  const own = store.apiVersion === 'v1' ? 'externalSecret' : 'externalSecretBeta';
  return { name, keys: Object.keys(templates), object: ownObject(deployment, own, name, { spec }) };
}

interface Source {
  readonly path: SecretPath;
  readonly key: string;
  readonly property: string | undefined;
}

function sourcesOf({ deployment, requiredSecrets }: RenderModel, read: ReadonlySet<SecretPath>): readonly Source[] {
  return requiredSecrets.flatMap(({ path, ref }) => {
    const source = read.has(path) ? externalSource(deployment, path, ref) : undefined;
    return source === undefined ? [] : [{ path, ...source }];
  });
}

function named(store: ExternalStore, { path, ...source }: Source): readonly [SecretPath, string] {
  return [path, sourceText(store, source)];
}

function dataItem({ path, key, property }: Source): JsonObject {
  return { secretKey: path, remoteRef: { key, ...(property === undefined ? {} : { property }) } };
}

/**
 * The spec (external-secrets.io, API of ExternalSecret). The Secret belongs to the ExternalSecret and is deleted with
 * it. If an entry of the store is deleted, the Secret keeps its value.
 */
function specOf(
  { refreshSeconds }: ExternalStore,
  name: string,
  { secretStoreRef, data, templates }: { secretStoreRef: JsonObject; data: JsonObject[]; templates: JsonObject },
  metadata: JsonObject,
): JsonObject {
  return {
    refreshInterval: goDuration(refreshSeconds),
    secretStoreRef,
    target: {
      name,
      creationPolicy: 'Owner',
      deletionPolicy: 'Retain',
      template: { engineVersion: 'v2', mergePolicy: 'Replace', type: 'Opaque', metadata, data: templates },
    },
    data,
  };
}

/** Go has no days. */
function goDuration(seconds: number): string {
  if (seconds > 0 && seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds > 0 && seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

/**
 * The forms of secrets in a template of External Secrets (engine v2: Go's text/template with sprig). Go's `urlquery`
 * differs from the user part of a URL only in the space, which it writes as a plus sign. Each secret is a placeholder
 * until the text around it is escaped.
 */
function templateForms() {
  const actions: string[] = [];
  const paths = new Set<SecretPath>();
  const mark = (path: SecretPath, action: (value: string) => string): string => {
    paths.add(path);
    actions.push(action(`index . "${path}"`));
    return `\u{E000}${actions.length - 1}\u{E001}`;
  };
  const forms: SecretForms = {
    plain: (path) => mark(path, (value) => `{{ ${value} }}`),
    userinfo: (path) => mark(path, (value) => `{{ ${value} | urlquery | replace "+" "%20" }}`),
    base64Json: (path) =>
      mark(
        path,
        (value) =>
          `{{ $value := ${value} | trim }}{{ if hasPrefix "{" $value }}{{ $value | b64enc }}{{ else }}{{ $value }}{{ end }}`,
      ),
  };
  const filled = (text: string): string =>
    text
      .replaceAll('{{', '{{ "{{" }}')
      .replace(/\u{E000}(\d+)\u{E001}/gu, (_, index: string) => actions[Number(index)] ?? '');
  return { forms, filled, read: (): ReadonlySet<SecretPath> => paths };
}
