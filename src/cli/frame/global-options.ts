/** The options of every command, as data: commander, the overview and the completion scripts read the same table. */
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
      'text (default) or json (one document on stdout, also for errors); reports also junit and html; DIFYCTL_OUTPUT',
  },
  { flags: '--set <path=value>', summary: 'a field of the file, for this run; the value is YAML', repeatable: true },
  { flags: '--kubeconfig <file>', summary: 'as in kubectl' },
  { flags: '--context <name>', summary: 'the kubeconfig context, instead of target.context' },
  { flags: '--timeout <duration>', summary: 'how long the command may wait, such as 90s or 15m' },
  { flags: '--non-interactive', summary: 'never prompt; missing answers are listed, exit code 2' },
  { flags: '--no-color', summary: 'no colours (as with NO_COLOR)' },
  { flags: '--quiet', summary: 'only results and errors' },
  { flags: '-v, --verbose', summary: 'more detail, with stack traces on errors' },
  { flags: '-V, --version', summary: 'print the version of difyctl' },
  { flags: '-h, --help', summary: 'print help; difyctl COMMAND --help for one command' },
];
