import { FLAG_FIELDS, type FlagField } from './flag-fields.ts';
import { type DeploymentFlag, kebabFlag, SHORT_NAMES, variableOf } from './flag-names.ts';

/** Every flag of the command line for the deployment, except `--context`, which is a global option. */
export const FLAG_TABLE: readonly DeploymentFlag[] = [...shortFlags(), ...pathFlags()];

function shortFlags(): readonly DeploymentFlag[] {
  const fields = new Map(FLAG_FIELDS.map((field) => [field[0], field]));
  return SHORT_NAMES.map(({ flag, paths, summary }) => {
    const [first = ''] = paths;
    return { ...flagOf(flag, fields.get(first)), paths, summary, common: true };
  });
}

function pathFlags(): readonly DeploymentFlag[] {
  const hidden = new Set(SHORT_NAMES.filter(({ alsoPath }) => !alsoPath).flatMap(({ paths }) => paths));
  return FLAG_FIELDS.filter(([path]) => !hidden.has(path)).map((field) => {
    const [path, summary] = field;
    return { ...flagOf(kebabFlag(path), field), paths: [path], summary, common: false };
  });
}

function flagOf(
  flag: string,
  [, , kind, ...choices]: FlagField = ['', '', 'text'],
): Pick<DeploymentFlag, 'flag' | 'variable' | 'kind' | 'choices'> {
  return { flag, variable: variableOf(flag), kind, choices };
}
