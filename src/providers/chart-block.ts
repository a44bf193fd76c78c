import { deepMerge, type JsonObject } from '../base/json.ts';
import type { ComponentName } from '../checklist/components.ts';
import type { EnvEntry } from './env-entry.ts';

/** Variables by name. */
export type Variables = Readonly<Record<string, string>>;

/**
 * Values for the chart, and the environment that the chart makes of them by itself: what stands there as wanted needs no
 * `extraEnv`. A block never holds a secret: where the chart insists on a text it gets `HELD_ELSEWHERE`.
 */
export interface ChartBlock {
  readonly values: JsonObject;
  readonly gives: Readonly<Partial<Record<ComponentName, Variables>>>;
}

/** Stands in values.yaml where the chart wants the text of a secret; the real one comes from the Secret by `extraEnv`. */
export const SECRET_PLACEHOLDER = 'in-the-secret-of-difyctl';

/** Components that run the api's image: they share one environment. */
export const API_PROCESSES = ['api', 'worker', 'beat', 'apiWebsocket'] as const satisfies readonly ComponentName[];

/** The same variables for several components. */
export function given(components: readonly ComponentName[], variables: Variables): ChartBlock['gives'] {
  return Object.fromEntries(components.map((name) => [name, variables]));
}

/** What of the environment table is no secret. */
export function literals(entries: readonly EnvEntry[]): Variables {
  return Object.fromEntries(
    entries.flatMap(({ name, value }) => ('literal' in value ? [[name, value.literal] as const] : [])),
  );
}

/** Variables of several origins, united per component. */
export function unite(...all: readonly ChartBlock['gives'][]): ChartBlock['gives'] {
  return all.reduce((merged, gives) => deepMerge(merged as JsonObject, gives as JsonObject) as ChartBlock['gives'], {});
}

/** All blocks as one. Later values win; variables of a component are united. */
export function mergeBlocks(blocks: readonly ChartBlock[]): ChartBlock {
  return blocks.reduce((merged, block) => ({
    values: deepMerge(merged.values, block.values) as JsonObject,
    gives: unite(merged.gives, block.gives),
  }));
}

/** `HELD_ELSEWHERE` where there is a secret, else the empty text, which the chart takes for none. */
export function secretPlaceholder(reference: unknown): string {
  return reference === undefined ? '' : SECRET_PLACEHOLDER;
}

/**
 * The chart writes a few values into its ConfigMaps without quotes, where YAML would read `null`, `yes` or `123` as
 * something other than a text and the API server would refuse it. Such a value is put in by `extraEnv` instead.
 */
function isPlainYamlScalar(value: string): boolean {
  return (
    /^[A-Za-z_][-\w.$]*$|^\d+\.\d+\.\d+\.\d+$/.test(value) && !/^(null|true|false|yes|no|on|off|y|n)$/i.test(value)
  );
}

/** A value for a place that is written without quotes, and what the chart then gives. */
export function unquoted(name: string, value: string): { readonly value: string; readonly gives: Variables } {
  return isPlainYamlScalar(value) ? { value, gives: { [name]: value } } : { value: 'see-extra-env', gives: {} };
}
