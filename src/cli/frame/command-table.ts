import type { OutputFormat } from './output-format.ts';

/** When a command is used, with the heading in `difyctl --help`. */
export const COMMAND_GROUPS = [
  ['prepare', 'Day 0, prepare'],
  ['install', 'Day 1, install'],
  ['operate', 'Day 2, operate'],
  ['reference', 'At any time'],
] as const;
type CommandGroup = (typeof COMMAND_GROUPS)[number][0];

/** One line of `difyctl --help`. Which file defines the command stands in loaders.ts. */
export interface CommandEntry {
  readonly name: string;
  readonly group: CommandGroup;
  readonly summary: string;
  /** Operands as help and completion show them: `[shell]`. */
  readonly operands?: string;
  /** Whether `--postgres-host` and the like are taken: the command reads a deployment. */
  readonly deployment: boolean;
  /** What `--output` may be. */
  readonly formats: readonly OutputFormat[];
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
  },
  {
    name: 'validate',
    group: 'prepare',
    summary: 'validate the file offline (no cluster or secrets needed)',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'prerequisites',
    group: 'prepare',
    summary: 'list what the database, cloud, network and platform teams must prepare',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'preflight',
    group: 'prepare',
    summary: 'check everything an install depends on (read-only)',
    deployment: true,
    formats: REPORTS,
  },
  {
    name: 'images',
    group: 'prepare',
    summary: 'list the required images, e.g. for mirrors and air-gapped hosts',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'render',
    group: 'install',
    summary: 'write the files that an install would use',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'plan',
    group: 'install',
    summary: 'show what an install would change',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'install',
    group: 'install',
    summary: 'render, preflight, plan, apply, postflight; asks before it changes anything',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'postflight',
    group: 'install',
    summary: 'verify that the installation works and every route reaches its component',
    deployment: true,
    formats: REPORTS,
  },
  {
    name: 'secrets',
    group: 'install',
    summary: 'create or update only the Kubernetes Secret (for GitOps setups)',
    operands: 'apply',
    deployment: true,
    formats: ['text'],
  },
  {
    name: 'status',
    group: 'operate',
    summary: 'show the release, its versions and workloads, the revision and the next step',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'history',
    group: 'operate',
    summary: 'list the revisions of the deployment and what each changed',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'uninstall',
    group: 'operate',
    summary: 'remove the installation; claims, data and secrets are kept',
    operands: '[name]',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'checks',
    group: 'reference',
    summary: 'list the checks, or explain some of them',
    operands: '[list|explain] [id...]',
    deployment: false,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'schema',
    group: 'reference',
    summary: 'print the JSON Schema of difyctl.yaml, for editors, of a policy or of a report',
    operands: '[deployment|policy|check-report]',
    deployment: false,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'version',
    group: 'reference',
    summary: 'show the versions of difyctl, of the programs it runs, of the cluster and of Dify',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'completion',
    group: 'reference',
    summary: 'print the completion script of a shell: bash, zsh or fish',
    operands: '<shell>',
    deployment: false,
    formats: ['text'],
  },
] as const satisfies readonly CommandEntry[];

export type CommandName = (typeof TABLE)[number]['name'];

/** In the order in which an operator meets them. */
export const COMMANDS: readonly (CommandEntry & { readonly name: CommandName })[] = TABLE;
