import { deepMerge, type JsonObject } from '../base/json.ts';
import type { ComponentName } from '../checklist/components.ts';
import type { EnvEntry } from './env-entry.ts';

/** Variables by name. */
export type Variables = Readonly<Record<string, string>>;

/**
 * Values for the chart, and the variables that the chart sets from them by itself (`gives`, by component). A variable
 * with the wanted value there needs no `extraEnv`. A block never holds a secret: if the chart requires a text, it gets
 * `SECRET_PLACEHOLDER`.
 */
export interface ChartBlock {
  readonly values: JsonObject;
  readonly gives: Readonly<Partial<Record<ComponentName, Variables>>>;
}

/**
 * The text in values.yaml if the chart requires the text of a secret. `extraEnv` sets the real value from the Secret.
 */
export const SECRET_PLACEHOLDER = 'in-the-secret-of-difyctl';

/** Components that run the API's image. They share one environment. */
export const API_PROCESSES = ['api', 'worker', 'beat', 'apiWebsocket'] as const satisfies readonly ComponentName[];

/** The same variables for several components. */
export function given(components: readonly ComponentName[], variables: Variables): ChartBlock['gives'] {
  return Object.fromEntries(components.map((name) => [name, variables]));
}

/** The entries of the environment table that are not secret. */
export function literals(entries: readonly EnvEntry[]): Variables {
  return Object.fromEntries(
    entries.flatMap(({ name, value }) => ('literal' in value ? [[name, value.literal] as const] : [])),
  );
}

/** Merges variables of several origins per component. Later ones win. */
export function unite(...all: readonly ChartBlock['gives'][]): ChartBlock['gives'] {
  return all.reduce((merged, gives) => deepMerge(merged as JsonObject, gives as JsonObject) as ChartBlock['gives'], {});
}

/** Merges all blocks. Later values win; variables are merged per component. */
export function mergeBlocks(blocks: readonly ChartBlock[]): ChartBlock {
  return blocks.reduce((merged, block) => ({
    values: deepMerge(merged.values, block.values) as JsonObject,
    gives: unite(merged.gives, block.gives),
  }));
}

/** `SECRET_PLACEHOLDER` if the file has a reference, otherwise the empty text, which the chart treats as no secret. */
export function secretPlaceholder(reference: unknown): string {
  return reference === undefined ? '' : SECRET_PLACEHOLDER;
}

/**
 * True if YAML reads the unquoted value as a text. The chart writes a few values into its ConfigMaps without quotes;
 * YAML would read `null`, `yes` or `123` as another type, and the API server would refuse it. `extraEnv` sets such a
 * value instead.
 */
function isPlainYamlScalar(value: string): boolean {
  return (
    /^[A-Za-z_][-\w.$]*$|^\d+\.\d+\.\d+\.\d+$/.test(value) && !/^(null|true|false|yes|no|on|off|y|n)$/i.test(value)
  );
}

/** The value for a place that the chart writes without quotes, and the variable that the chart then sets. */
export function unquoted(name: string, value: string): { readonly value: string; readonly gives: Variables } {
  return isPlainYamlScalar(value) ? { value, gives: { [name]: value } } : { value: 'see-extra-env', gives: {} };
}
