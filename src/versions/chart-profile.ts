import type { ComponentName } from '../checklist/components.ts';

/** A key of the newest layout that another chart has at another path. */
export interface KeyMove {
  /** The path in the newest layout (chart 0.38), with dots. */
  readonly from: string;
  /** The path in this chart; undefined if the chart has no such key. */
  readonly to: string | undefined;
}

/** The differences of one version of the community chart from the newest layout, that of 0.38. */
export interface ChartProfile {
  readonly version: string;
  /** The Dify release that it installs (appVersion). */
  readonly dify: string;
  /**
   * `templates`: the chart was rendered by Helm and compared with the facts. `release notes`: difyctl reads only the
   * chart's values.
   */
  readonly knownFrom: 'templates' | 'release notes';
  /** Components that the chart has no block for. */
  readonly without: readonly ComponentName[];
  readonly moves: readonly KeyMove[];
  /** Components without `extraVolumes`: neither a CA file nor rules for squid can be mounted there. */
  readonly withoutMounts: readonly ComponentName[];
  /** Keys that its templates read although its values do not name them, in addition to those of every chart. */
  readonly unnamedKeys: readonly string[];
  /**
   * True if difyctl creates the code sandbox besides the chart's objects: the chart sets the API's sandbox key in the
   * container's own `env`, from a Secret made of its values, so the key cannot come from another Secret.
   */
  readonly sandboxBeside: boolean;
  /** Variables that the newest chart sets from its values and this chart does not. */
  readonly omits: Readonly<Partial<Record<ComponentName, readonly string[]>>>;
  /** Variables that the chart writes into the container's own `env`. `extraEnv` cannot replace them. */
  readonly fixed: Readonly<Partial<Record<ComponentName, Readonly<Record<string, string>>>>>;
  /** Variables of the chart's default `extraEnv` that must be kept: difyctl's list replaces that default. */
  readonly restated: Readonly<Partial<Record<ComponentName, Readonly<Record<string, string>>>>>;
  /** Components whose `LOG_LEVEL` is set by `logLevel`. */
  readonly logLevel: readonly ComponentName[];
  /** Notes about this version for the operator. */
  readonly notes: readonly string[];
}
