/** Options that every command takes, as data: commander, the overview and the completion scripts read the same table. */
export interface GlobalOption {
  /** As commander writes it: `-c, --config <file>`. */
  readonly flags: string;
  readonly summary: string;
  readonly repeatable?: true;
}

export const GLOBAL_OPTIONS: readonly GlobalOption[] = [
  {
    flags: '-c, --config <file>',
    summary: 'the deployment file (default: difyctl.yaml), - for standard input; DIFYCTL_CONFIG',
  },
  {
    flags: '-o, --output <format>',
    summary:
      'text (default) or json: one document on stdout, a fault included; reports also junit, html; DIFYCTL_OUTPUT',
  },
  { flags: '--set <path=value>', summary: 'a field of the file, for this run; the value is YAML', repeatable: true },
  { flags: '--kubeconfig <file>', summary: 'as in kubectl' },
  { flags: '--context <name>', summary: 'the kubeconfig context, instead of target.context' },
  { flags: '--timeout <duration>', summary: 'how long the command may wait, such as 90s or 15m' },
  { flags: '--non-interactive', summary: 'never ask; what is missing is listed and the exit code is 2' },
  { flags: '--no-color', summary: 'no colours (NO_COLOR works too)' },
  { flags: '--quiet', summary: 'only results and faults' },
  { flags: '-v, --verbose', summary: 'more detail; a stack with a fault' },
  { flags: '-V, --version', summary: 'which difyctl this is' },
  { flags: '-h, --help', summary: 'help; difyctl COMMAND --help for one command' },
];
