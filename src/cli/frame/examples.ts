import type { CommandName } from './command-table.ts';

/** A command line, and what it does. */
export type Example = readonly [line: string, what: string];

/** Two of each command, shown below its options. */
export const EXAMPLES: Readonly<Record<CommandName, readonly [Example, Example]>> = {
  init: [
    ['difyctl init', 'Answer questions and write difyctl.yaml; run it again to change the answers.'],
    [
      'difyctl init --non-interactive --tier test --target compose --url http://localhost',
      'Write the file from flags, as in a pipeline.',
    ],
  ],
  validate: [
    ['difyctl validate', 'Check difyctl.yaml without a cluster and without secrets.'],
    ['difyctl validate -c - < difyctl.yaml', 'Check a file from standard input.'],
  ],
  prerequisites: [
    ['difyctl prerequisites', 'List what others must prepare, as one page.'],
    ['difyctl prerequisites --format sql', 'Print the statements for the database administrator.'],
  ],
  preflight: [
    ['difyctl preflight --report preflight.html', 'Check everything, and write the report as a page.'],
    ["difyctl preflight --only 'postgres.*,redis.*' --wait 10m", 'Check two data services until they pass.'],
  ],
  images: [
    ['difyctl images --format list', 'Print the images, one a line, for a script.'],
    ['difyctl images --format mirror', 'Print what to copy into a registry of your own.'],
  ],
  render: [
    ['difyctl render --out rendered', 'Write the files that an install would use.'],
    ['difyctl render --out rendered --force', 'Write them again over those of an earlier run.'],
  ],
  plan: [
    ['difyctl plan', 'Show what an install would change; nothing is changed.'],
    ['difyctl plan --detailed-exitcode -o json', 'Exit with 7 if there are changes, as one document.'],
  ],
  install: [
    ['difyctl install', 'Check, show the plan, ask, install and verify.'],
    ['difyctl install --yes --atomic --timeout 15m', 'Install without a question; roll back if it does not come up.'],
  ],
  postflight: [
    ['difyctl postflight', 'Check that what is installed answers.'],
    ['difyctl postflight --fail-on warn --report postflight.xml', 'The same as a strict gate of a pipeline.'],
  ],
  secrets: [
    ['difyctl secrets apply', 'Show the Secret that would change, ask, and apply it.'],
    ['difyctl secrets apply --yes --context prod-eu', 'Apply it to one cluster without a question.'],
  ],
  status: [
    ['difyctl status', 'Show the release, its versions, its workloads and the next step.'],
    ['difyctl status --watch', 'Look again every 2 s until Ctrl-C.'],
  ],
  history: [
    ['difyctl history', 'List the revisions and what each changed.'],
    ['difyctl history -o json', 'The same with the digests of every file, as one document.'],
  ],
  uninstall: [
    ['difyctl uninstall dify', 'Show what would be removed, ask, and remove it.'],
    ['difyctl uninstall dify --yes', 'Remove it without a question; claims, data and secrets are kept.'],
  ],
  checks: [
    ['difyctl checks', 'List every check with its severity in both tiers.'],
    ['difyctl checks explain redis.topology', 'Print what a check asks, why, and what to do.'],
  ],
  schema: [
    ['difyctl schema > difyctl.schema.json', 'Write the JSON Schema of difyctl.yaml for an editor.'],
    ['difyctl schema check-report', 'Print the JSON Schema of a report.'],
  ],
  version: [
    ['difyctl version', 'Show this difyctl, the programs it runs, the cluster and what is installed.'],
    ['difyctl version -o json', 'The same as one document, for a bug report.'],
  ],
  completion: [
    ['source <(difyctl completion bash)', 'Complete commands in this bash.'],
    ['difyctl completion fish > ~/.config/fish/completions/difyctl.fish', 'Complete them in every fish.'],
  ],
};

/** The examples as the last part of a command's help. */
export function examplesText(name: CommandName): string {
  return `\nExamples:\n${EXAMPLES[name].map(([line, what]) => `  ${line}\n      ${what}`).join('\n')}`;
}
