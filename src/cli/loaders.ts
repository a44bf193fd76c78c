import type { Command } from 'commander';
import type { CommandName } from './commands.ts';
import type { CommandContext } from './context.ts';

/** What a command's file exports: it adds its own options and its action to `command`. */
interface CommandModule {
  /**
   * Called once, only for the command that was chosen, with every global option already read. The action tells the frame
   * how the process ends by `context.exit(code)` (default 0) or by throwing a Fault.
   */
  define(command: Command, context: CommandContext): void;
}

/** Each command's file, loaded when it is chosen and not before. */
export const LOADERS: Readonly<Record<CommandName, () => Promise<CommandModule>>> = {
  init: () => import('./init.ts'),
  validate: () => import('./validate.ts'),
  preflight: () => import('./preflight.ts'),
  checks: () => import('./checks.ts'),
  prerequisites: () => import('./prerequisites.ts'),
  render: () => import('./render.ts'),
  images: () => import('./images.ts'),
  plan: () => import('./plan.ts'),
  install: () => import('./install.ts'),
  postflight: () => import('./postflight.ts'),
  status: () => import('./status.ts'),
  history: () => import('./history.ts'),
  uninstall: () => import('./uninstall.ts'),
  secrets: () => import('./secrets.ts'),
  schema: () => import('./schema.ts'),
  version: () => import('./version-command.ts'),
  completion: () => import('./completion.ts'),
};
