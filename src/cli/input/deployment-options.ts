import { type Command, Option } from 'commander';
import { FLAG_TABLE } from '../../deployment/flag-table.ts';
import type { FlagValue } from '../../deployment/overrides.ts';

/**
 * Adds an option for every field of the file. The command's help lists the common ones; the others follow one rule,
 * which the help explains. Each given option is appended to `given`, in the order of the command line.
 */
export function addDeploymentOptions(command: Command, given: FlagValue[]): void {
  for (const { flag, kind, choices, summary, common } of FLAG_TABLE) {
    const value = choices.length > 1 && choices.length <= 4 ? choices.join('|') : kind;
    const option = new Option(kind === 'boolean' ? `${flag} [true|false]` : `${flag} <${value}>`, summary);
    if (kind === 'boolean') option.preset('true');
    option.argParser((value: string) => {
      given.push({ flag, value });
      return value;
    });
    command.addOption(common ? option : option.hideHelp());
  }
  command.addHelpText(
    'after',
    '\nEvery field of the file is also an option: postgres.host is --postgres-host. Secrets are references:' +
      '\nenv:NAME, file:PATH, kubernetes:NAME/KEY or generated. difyctl schema prints the fields.',
  );
}
