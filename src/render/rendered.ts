import type { JsonObject } from '../base/json.ts';
import type { SecretPath } from '../base/secret-ref.ts';

/** One file of the rendered set; `path` is relative to the output folder, with forward slashes. */
export interface RenderedFile {
  readonly path: string;
  readonly content: string;
  readonly mode: 0o600 | 0o644;
}

/** The input of helm and kubectl. No file of it holds a secret value. */
export interface RenderedKubernetes {
  readonly target: 'kubernetes';
  /** values.yaml, manifests/*.yaml, patches/*.yaml and secret-keys.yaml, sorted by path. */
  readonly files: readonly RenderedFile[];
  readonly values: JsonObject;
  /** Objects besides the chart's, as in manifests/. */
  readonly manifests: readonly KubernetesObject[];
  /** The Secret that the values refer to. */
  readonly secret: RenderedSecret;
}

export interface RenderedSecret {
  readonly name: string;
  /**
   * The data of the immutable Secret that difyctl creates. No file contains it. If External Secrets creates the Secret, only
   * the files in it, which are not secret.
   */
  readonly data: Readonly<Record<string, string>>;
  /** The keys of the Secret that External Secrets creates from the ExternalSecret of the same name in `manifests`. */
  readonly externalKeys?: readonly string[];
}

/** The input of docker compose: the whole directory. `.env` (0600) is the only file that holds secrets. */
export interface RenderedCompose {
  readonly target: 'compose';
  readonly files: readonly RenderedFile[];
  /** The Compose project as data, as in compose.yaml. */
  readonly project: JsonObject;
  /** Variables of `.env`. */
  readonly env: Readonly<Record<string, string>>;
  /** The secrets that each variable of `.env` is made of. */
  readonly sources: Readonly<Record<string, VariableSource>>;
}

/** The secrets in a variable of `.env`: one whole secret, or several within a text. */
export interface VariableSource {
  readonly of: readonly SecretPath[];
  /** True for one whole secret. */
  readonly isWhole: boolean;
}

export type Rendered = RenderedKubernetes | RenderedCompose;

export type KubernetesObject = JsonObject & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: JsonObject & { readonly name: string };
};

/** The chart's defaults and schema: `helm show values` and its values.schema.json. */
export interface ChartFacts {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly values: JsonObject;
  /** Undefined if the chart has no schema. */
  readonly schema: JsonObject | undefined;
}
