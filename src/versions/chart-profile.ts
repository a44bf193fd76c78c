import type { ComponentName } from '../checklist/components.ts';

/** A key of the newest layout that a chart has elsewhere. */
export interface KeyMove {
  /** The path in the newest layout (chart 0.38), with dots. */
  readonly from: string;
  /** The path in this chart; undefined if the chart has no such key. */
  readonly to: string | undefined;
}

/** How one version of the community chart differs from the newest layout, which is 0.38's. */
export interface ChartProfile {
  readonly version: string;
  /** The Dify release that it installs (appVersion). */
  readonly dify: string;
  /** `templates`: rendered by Helm and compared with the facts. `release notes`: nothing but the chart's values is read. */
  readonly knownFrom: 'templates' | 'release notes';
  /** Components that the chart has no block for. */
  readonly without: readonly ComponentName[];
  readonly moves: readonly KeyMove[];
  /** Components that take no `extraVolumes`: neither a CA file nor rules for squid can be mounted there. */
  readonly withoutMounts: readonly ComponentName[];
  /** Keys that its templates read although its values do not name them, beside those of every chart. */
  readonly unnamedKeys: readonly string[];
  /**
   * True if difyctl makes the code sandbox beside the chart: the chart gives the api the sandbox's key from a Secret that it makes of the values, in the
   * container's own `env`, so that the key could not come from another Secret.
   */
  readonly sandboxBeside: boolean;
  /** Variables that the newest chart writes from its values and this one does not. */
  readonly omits: Readonly<Partial<Record<ComponentName, readonly string[]>>>;
  /** Variables that the chart writes into a container's own `env`, which `extraEnv` cannot replace. */
  readonly fixed: Readonly<Partial<Record<ComponentName, Readonly<Record<string, string>>>>>;
  /** Variables of the chart's own `extraEnv` that a list of difyctl's replaces, and that must stay. */
  readonly restated: Readonly<Partial<Record<ComponentName, Readonly<Record<string, string>>>>>;
  /** Components whose `LOG_LEVEL` is set by `logLevel`. */
  readonly logLevel: readonly ComponentName[];
  /** What an operator should know about this version. */
  readonly notes: readonly string[];
}
