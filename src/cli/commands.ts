import type { OutputFormat } from './output-format.ts';

/** One line of `difyctl --help`. Which file defines the command stands in loaders.ts. */
export interface CommandEntry {
  readonly name: string;
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
    summary: 'ask, or take flags, and write difyctl.yaml',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'validate',
    summary: 'judge the file alone: no cluster, no secrets needed',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'preflight',
    summary: 'look at everything an install would stand on; changes nothing',
    deployment: true,
    formats: REPORTS,
  },
  {
    name: 'checks',
    summary: 'list the checks, or explain some of them',
    operands: '[list|explain] [id...]',
    deployment: false,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'prerequisites',
    summary: 'what database, cloud, network and platform people must prepare, from the file alone',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'render',
    summary: 'write what an install would use into a folder',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'images',
    summary: 'list the images that an install would pull, for mirrors and hosts without a way out',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'plan',
    summary: 'show what an install would change',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'install',
    summary: 'render, preflight, plan, apply, postflight; asks before it changes anything',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'postflight',
    summary: 'look whether what was installed serves, and each path reaches its component',
    deployment: true,
    formats: REPORTS,
  },
  {
    name: 'status',
    summary: 'the release, its workloads, the revision, and the next step',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'history',
    summary: 'the revisions of the deployment',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'uninstall',
    summary: 'remove the installation; claims, data and secrets are kept',
    operands: '[name]',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'secrets',
    summary: 'make the Kubernetes Secret alone, for those whose GitOps applies the rest',
    operands: 'apply',
    deployment: true,
    formats: ['text'],
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of difyctl.yaml, for editors, of a policy or of a report',
    operands: '[deployment|policy|check-report]',
    deployment: false,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'version',
    summary: 'which difyctl this is, the programs it runs, the cluster and what is installed',
    deployment: true,
    formats: TEXT_AND_JSON,
  },
  {
    name: 'completion',
    summary: 'print the completion script of a shell: bash, zsh or fish',
    operands: '<shell>',
    deployment: false,
    formats: ['text'],
  },
] as const satisfies readonly CommandEntry[];

export type CommandName = (typeof TABLE)[number]['name'];

/** In the order in which an operator meets them. */
export const COMMANDS: readonly (CommandEntry & { readonly name: CommandName })[] = TABLE;
