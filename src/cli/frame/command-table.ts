import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import type { Examples } from './examples.ts';
import type { OutputFormat } from './output-format.ts';

/** The phases of use, with their headings in `difyctl --help`. */
export const COMMAND_GROUPS = [
  ['prepare', 'Day 0, prepare'],
  ['install', 'Day 1, install'],
  ['operate', 'Day 2, operate'],
  ['reference', 'At any time'],
] as const;
type CommandGroup = (typeof COMMAND_GROUPS)[number][0];

/** What the file of a command exports. */
interface CommandModule {
  /**
   * Adds the command's options and action to `command`. Called once, only for the chosen command, after the global
   * options are read. The action sets the exit code with `context.exit(code)` (default 0) or by throwing a Fault.
   */
  define(command: Command, context: CommandContext): void;
  readonly examples: Examples;
}

/** A command: its line in `difyctl --help`, and its module. */
export interface CommandEntry {
  readonly name: string;
  readonly group: CommandGroup;
  readonly summary: string;
  /** Operands as help and completion show them: `[shell]`. */
  readonly operands?: string;
  /** True if the command reads a deployment; then it accepts `--postgres-host` and the other fields as options. */
  readonly deployment: boolean;
  /** The formats that the command accepts for `--output`. */
  readonly formats: readonly OutputFormat[];
  /** Imports the command's file; called only if the command is chosen. */
  readonly load: () => Promise<CommandModule>;
}

const TEXT_AND_JSON = ['text', 'json'] as const;
const REPORTS = ['text', 'json', 'junit', 'html'] as const;

const TABLE = [
  {
    name: 'init',
    group: 'prepare',
    summary: 'create or edit difyctl.yaml (interactively or from flags)',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/init.ts'),
  },
  {
    name: 'validate',
    group: 'prepare',
    summary: 'validate the file offline (no cluster or secrets needed)',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/validate.ts'),
  },
  {
    name: 'prerequisites',
    group: 'prepare',
    summary: 'list what the database, cloud, network and platform teams must prepare',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/prerequisites.ts'),
  },
  {
    name: 'preflight',
    group: 'prepare',
    summary: 'check everything an install depends on (read-only)',
    deployment: true,
    formats: REPORTS,
    load: () => import('../commands/preflight.ts'),
  },
  {
    name: 'images',
    group: 'prepare',
    summary: 'list the required images, e.g. for mirrors and air-gapped hosts',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/images.ts'),
  },
  {
    name: 'rehearse',
    group: 'prepare',
    summary: 'simulate lost nodes and zones, drains and roll-outs on a throwaway control plane',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/rehearse.ts'),
  },
  {
    name: 'render',
    group: 'install',
    summary: 'write the files that an install would use',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/render.ts'),
  },
  {
    name: 'plan',
    group: 'install',
    summary: 'show what an install would change',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/plan.ts'),
  },
  {
    name: 'install',
    group: 'install',
    summary: 'render, check, plan, apply and verify, with a confirmation before the first change',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/install.ts'),
  },
  {
    name: 'postflight',
    group: 'install',
    summary: 'verify that the installation works and every route reaches its component',
    deployment: true,
    formats: REPORTS,
    load: () => import('../commands/postflight.ts'),
  },
  {
    name: 'secrets',
    group: 'install',
    summary: 'create or update only the Kubernetes Secret (for GitOps setups)',
    operands: 'apply',
    deployment: true,
    formats: ['text'],
    load: () => import('../commands/secrets.ts'),
  },
  {
    name: 'status',
    group: 'operate',
    summary: 'show the release, its versions and workloads, the revision and the next step',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/status.ts'),
  },
  {
    name: 'history',
    group: 'operate',
    summary: 'list the revisions of the deployment and their changes',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/history.ts'),
  },
  {
    name: 'uninstall',
    group: 'operate',
    summary: 'remove the installation; claims, data and secrets are kept',
    operands: '[name]',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/uninstall.ts'),
  },
  {
    name: 'rebuild',
    group: 'operate',
    summary: 'delete a test installation with its data, and install it again, empty or from a backup set',
    operands: '[name]',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/rebuild.ts'),
  },
  {
    name: 'backup',
    group: 'operate',
    summary: 'make a backup set of databases, files, configuration and secrets; list, verify or prune sets',
    operands: '[make|list|verify|prune]',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/backup.ts'),
  },
  {
    name: 'restore',
    group: 'operate',
    summary: 'restore a backup set: databases, files, plugins and keys, and verify them',
    operands: '<set>',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/restore.ts'),
  },
  {
    name: 'promote',
    group: 'operate',
    summary: 'make a standby region the primary: restore the newest set there, install and verify',
    operands: '[set]',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/promote.ts'),
  },
  {
    name: 'drill',
    group: 'operate',
    summary: 'restore a backup set beside the installation, verify and time it, and remove it',
    operands: '[set]',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/drill.ts'),
  },
  {
    name: 'runbook',
    group: 'operate',
    summary: 'write the steps of recovery for this deployment: what, who, how long, how to verify',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/runbook.ts'),
  },
  {
    name: 'audit',
    group: 'operate',
    summary: 'judge an installation that anyone may have made (read-only)',
    deployment: true,
    formats: REPORTS,
    load: () => import('../commands/audit.ts'),
  },
  {
    name: 'checks',
    group: 'reference',
    summary: 'list the checks, or explain some of them',
    operands: '[list|explain] [id...]',
    deployment: false,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/checks.ts'),
  },
  {
    name: 'schema',
    group: 'reference',
    summary: 'print the JSON Schema of difyctl.yaml, for editors, of a policy or of a report',
    operands: '[kind]',
    deployment: false,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/schema.ts'),
  },
  {
    name: 'version',
    group: 'reference',
    summary: 'show the versions of difyctl, of the programs it runs, of the cluster and of Dify',
    deployment: true,
    formats: TEXT_AND_JSON,
    load: () => import('../commands/version.ts'),
  },
  {
    name: 'completion',
    group: 'reference',
    summary: 'print the completion script of a shell: bash, zsh or fish',
    operands: '<shell>',
    deployment: false,
    formats: ['text'],
    load: () => import('../commands/completion.ts'),
  },
] as const satisfies readonly CommandEntry[];

export type CommandName = (typeof TABLE)[number]['name'];

/** In the order in which an operator needs them. */
export const COMMANDS: readonly (CommandEntry & { readonly name: CommandName })[] = TABLE;
