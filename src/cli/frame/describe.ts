import { Command, type Option } from 'commander';
import { addDeploymentOptions } from '../input/deployment-options.ts';
import { COMMANDS } from './command-table.ts';
import type { CommandContext } from './context.ts';
import type { DescribedCommand, DescribedOption } from './described.ts';
import { addGlobalOptions } from './globals.ts';
import { RepeatableOption } from './repeatable-option.ts';

/** Loads every command to read its options. */
export async function describeCommands(context: CommandContext): Promise<readonly DescribedCommand[]> {
  const shared = addGlobalOptions(new Command()).options.map(describeOption);
  return Promise.all(
    COMMANDS.map(async ({ name, summary, deployment, formats, load }) => {
      const command = new Command(name);
      (await load()).define(command, context);
      if (deployment) addDeploymentOptions(command, []);
      const own = shared.map((option) => (option.long === '--output' ? { ...option, value: formats } : option));
      return { name, summary, options: [...command.options.map(describeOption), ...own] };
    }),
  );
}

function describeOption(option: Option): DescribedOption {
  const { long, short, description, required, optional, flags, argChoices } = option;
  const name = long ?? short ?? flags;
  const value = required || optional ? (argChoices ?? acceptedValue(name, flags)) : 'none';
  return { long: name, short, summary: description, value, repeatable: option instanceof RepeatableOption };
}

/** The placeholder of the option decides: `<file>`, `<dir>`, `<ids>`, `<test|prod>`. */
function acceptedValue(name: string, flags: string): DescribedOption['value'] {
  if (name === '--context' || name === '--target-context') return 'context';
  const placeholder = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1] ?? '';
  if (placeholder === 'file' || placeholder === 'dir') return 'path';
  if (placeholder === 'ids') return 'checks';
  return placeholder.includes('|') ? placeholder.split('|') : 'any';
}
