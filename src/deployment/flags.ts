import { type DeploymentFlag, kebabFlag, SHORT_NAMES } from './flag-names.ts';
import { FLAG_TABLE } from './flag-table.ts';

/** `--context` is an option of every command (kubectl's own word) and fills a field too. */
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

/** The flag of that name, `--context` included. */
export function findFlag(flag: string): DeploymentFlag | undefined {
  return BY_FLAG.get(flag);
}

/** The flag that a `DIFYCTL_…` variable stands for. */
export function findVariable(variable: string): DeploymentFlag | undefined {
  return BY_VARIABLE.get(variable);
}

/** Every name that an environment may use. */
export function variableNames(): readonly string[] {
  return [...BY_VARIABLE.keys()];
}

/** The flag to name where a field is missing: the short one where there is one (`--url` for all of `urls`), else the path's own. */
export function flagForPath(path: string): string {
  const short = [...SHORT_NAMES, CONTEXT_FLAG].find(({ paths }) =>
    paths.length === 1 ? paths[0] === path : paths.every((filled) => filled.startsWith(`${path}.`)),
  );
  return short?.flag ?? kebabFlag(path);
}
