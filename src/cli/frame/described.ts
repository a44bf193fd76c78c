/** A command with everything that may follow it, for completion. */
export interface DescribedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly DescribedOption[];
}

export interface DescribedOption {
  /** `--out` */
  readonly long: string;
  /** `-o`, where there is one. */
  readonly short: string | undefined;
  readonly summary: string;
  /** `checks`: ids of checks, comma separated; `context`: a context of the kubeconfig. */
  readonly value: 'none' | 'any' | 'path' | 'checks' | 'context' | readonly string[];
}
