/** A command with its options, for completion. */
export interface DescribedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly DescribedOption[];
}

export interface DescribedOption {
  /** `--out` */
  readonly long: string;
  /** `-o`. Undefined if the option has no short form. */
  readonly short: string | undefined;
  readonly summary: string;
  /** True if the option can be given several times. */
  readonly repeatable: boolean;
  /** `checks`: comma-separated check ids. `context`: a context of the kubeconfig. An array: these words. */
  readonly value: 'none' | 'any' | 'path' | 'checks' | 'context' | readonly string[];
}
