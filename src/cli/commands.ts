import type { Command } from 'commander';
import type { CommandContext } from './context.ts';

/** What a command's file exports: it adds its own options and its action to `command`. */
export interface CommandModule {
  /**
   * Called once, only for the command that was chosen, with every global option already read. The action tells the frame
   * how the process ends by `context.exit(code)` (default 0) or by throwing a Fault.
   */
  define(command: Command, context: CommandContext): void;
}

export type OutputFormat = 'text' | 'json' | 'junit' | 'html';

/** One line of `difyctl --help`. Nothing of a command is loaded until it is chosen. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Operands as help and completion show them: `[shell]`. */
  readonly operands?: string;
  /** Whether `--postgres-host` and the like are taken: the command reads a deployment. */
  readonly deployment: boolean;
  /** What `--output` may be. */
  readonly formats: readonly OutputFormat[];
  readonly load: () => Promise<CommandModule>;
}

const TEXT_AND_JSON = ['text', 'json'] as const;

/** In the order in which an operator meets them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'ask, or take flags, and write difyctl.yaml',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('./init.ts'),
  },
  {
    name: 'validate',
    summary: 'judge the file alone: no cluster, no secrets needed',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('./validate.ts'),
  },
  {
    name: 'preflight',
    summary: 'look at everything an install would stand on; changes nothing',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('./preflight.ts'),
  },
  {
    name: 'checks',
    summary: 'list the checks, or explain some of them',
    operands: '[list|explain] [id...]',
    deployment: false,
    formats: TEXT_AND_JSON,
    load: () => import('./checks.ts'),
  },
  {
    name: 'render',
    summary: 'write what an install would use into a folder',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('./render.ts'),
  },
  {
    name: 'plan',
    summary: 'show what an install would change',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('./plan.ts'),
  },
  {
    name: 'install',
    summary: 'render, preflight, plan, apply, postflight; asks before it changes anything',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('./install.ts'),
  },
  {
    name: 'postflight',
    summary: 'look whether what was installed serves, and each path reaches its component',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('./postflight.ts'),
  },
  {
    name: 'status',
    summary: 'the release, its workloads, the revision, and the next step',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('./status.ts'),
  },
  {
    name: 'history',
    summary: 'the revisions of the deployment',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('./history.ts'),
  },
  {
    name: 'uninstall',
    summary: 'remove the installation; claims, data and secrets are kept',
    operands: '[name]',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('./uninstall.ts'),
  },
  {
    name: 'secrets',
    summary: 'make the Kubernetes Secret alone, for those whose GitOps applies the rest',
    operands: 'apply',
    deployment: true,
    formats: ['text'],
    load: () => import('./secrets.ts'),
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of difyctl.yaml, for editors',
    deployment: false,
    formats: TEXT_AND_JSON,
    load: () => import('./schema.ts'),
  },
  {
    name: 'completion',
    summary: 'print the completion script of a shell: bash, zsh or fish',
    operands: '<shell>',
    deployment: false,
    formats: ['text'],
    load: () => import('./completion.ts'),
  },
];
