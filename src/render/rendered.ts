import type { JsonObject } from '../base/json.ts';
import type { SecretPath } from '../base/secret-ref.ts';

/** One file of the rendered set; `path` is relative to the output folder, with forward slashes. */
export interface RenderedFile {
  readonly path: string;
  readonly content: string;
  readonly mode: 0o600 | 0o644;
}

/** What helm and kubectl are given. No file of it holds a secret value. */
export interface RenderedKubernetes {
  readonly target: 'kubernetes';
  /** values.yaml, manifests/*.yaml and secret-keys.yaml, sorted by path. */
  readonly files: readonly RenderedFile[];
  readonly values: JsonObject;
  /** Objects beside the chart, as in manifests/. */
  readonly manifests: readonly KubernetesObject[];
  /** The immutable Secret that the values refer to; its data is here and in no file. */
  readonly secret: { readonly name: string; readonly data: Readonly<Record<string, string>> };
}

/** What docker compose is given: the whole directory. `.env` (0600) is the only file that holds secrets. */
export interface RenderedCompose {
  readonly target: 'compose';
  readonly files: readonly RenderedFile[];
  /** The Compose project as data, as in compose.yaml. */
  readonly project: JsonObject;
  /** Variables of `.env`. */
  readonly env: Readonly<Record<string, string>>;
  /** What each variable of `.env` is made of. */
  readonly sources: Readonly<Record<string, VariableSource>>;
}

/** The secrets that a variable of `.env` holds: one as it is, or several within a text. */
export interface VariableSource {
  readonly of: readonly SecretPath[];
  /** True for one secret as it is. */
  readonly isWhole: boolean;
}

export type Rendered = RenderedKubernetes | RenderedCompose;

export type KubernetesObject = JsonObject & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: JsonObject & { readonly name: string };
};

/** The chart's own word on what it takes: `helm show values` and its values.schema.json. */
export interface ChartFacts {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly values: JsonObject;
  /** Absent where the chart ships none. */
  readonly schema: JsonObject | undefined;
}
