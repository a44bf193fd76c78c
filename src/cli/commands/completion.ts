import { Argument, type Command } from 'commander';
import { CHECKS } from '../../checks/registry.ts';
import type { CommandContext } from '../frame/context.ts';
import { completionScript, SHELLS, type Shell } from '../output/completion-scripts.ts';

/** `difyctl completion SHELL`: a script for the shell, made from every command's own options. */
export function define(command: Command, context: CommandContext): void {
  command.addArgument(new Argument('<shell>', 'which shell').choices(SHELLS)).action(async (shell: Shell) => {
    const ids = CHECKS.map(({ id }) => id);
    context.stdout.write(completionScript(shell, await context.describeCommands(), ids));
  });
}
