import { Argument, type Command } from 'commander';
import { ALL_CHECKS } from '../../checks/registry.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { completionScript } from '../output/completion/script.ts';
import { SHELLS, type Shell } from '../output/completion/shared.ts';

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['source <(difyctl completion bash)', 'Enable completion in this bash session.'],
  ['difyctl completion fish > ~/.config/fish/completions/difyctl.fish', 'Enable completion in every fish session.'],
];

/** `difyctl completion SHELL`: prints a script for the shell, made from the options of every command. */
export function define(command: Command, context: CommandContext): void {
  command.addArgument(new Argument('<shell>', 'which shell').choices(SHELLS)).action(async (shell: Shell) => {
    const ids = ALL_CHECKS.map(({ id }) => id);
    context.stdout.write(completionScript(shell, await context.describeCommands(), ids));
  });
}
