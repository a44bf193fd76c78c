import { type DeploymentFlag, kebabFlag, SHORT_NAMES } from './flag-names.ts';
import { FLAG_TABLE } from './flag-table.ts';

/** `--context` is an option of every command (kubectl's own name), and sets a field too. */
const CONTEXT_FLAG: DeploymentFlag = {
  flag: '--context',
  variable: 'DIFYCTL_CONTEXT',
  paths: ['target.context'],
  kind: 'text',
  choices: [],
  summary: 'the kubeconfig context',
  common: false,
};

const BY_FLAG = new Map([CONTEXT_FLAG, ...FLAG_TABLE].map((flag) => [flag.flag, flag]));
const BY_VARIABLE = new Map([CONTEXT_FLAG, ...FLAG_TABLE].map((flag) => [flag.variable, flag]));

/** The flag with this name, including `--context`. */
export function findFlag(flag: string): DeploymentFlag | undefined {
  return BY_FLAG.get(flag);
}

/** The flag of a `DIFYCTL_…` variable. */
export function findVariable(variable: string): DeploymentFlag | undefined {
  return BY_VARIABLE.get(variable);
}

/** The names of all variables. */
export function variableNames(): readonly string[] {
  return [...BY_VARIABLE.keys()];
}

/**
 * The flag to name if a field is missing: its short flag if it has one (`--url` for all of `urls`), else the path in
 * kebab case.
 */
export function flagForPath(path: string): string {
  const short = [...SHORT_NAMES, CONTEXT_FLAG].find(({ paths }) =>
    paths.length === 1 ? paths[0] === path : paths.every((filled) => filled.startsWith(`${path}.`)),
  );
  return short?.flag ?? kebabFlag(path);
}
