import type { Command } from 'commander';
import type { CommandName } from './command-table.ts';
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
  init: () => import('../commands/init.ts'),
  validate: () => import('../commands/validate.ts'),
  preflight: () => import('../commands/preflight.ts'),
  checks: () => import('../commands/checks.ts'),
  prerequisites: () => import('../commands/prerequisites.ts'),
  render: () => import('../commands/render.ts'),
  images: () => import('../commands/images.ts'),
  plan: () => import('../commands/plan.ts'),
  install: () => import('../commands/install.ts'),
  postflight: () => import('../commands/postflight.ts'),
  status: () => import('../commands/status.ts'),
  history: () => import('../commands/history.ts'),
  uninstall: () => import('../commands/uninstall.ts'),
  secrets: () => import('../commands/secrets.ts'),
  schema: () => import('../commands/schema.ts'),
  version: () => import('../commands/version.ts'),
  completion: () => import('../commands/completion.ts'),
};
