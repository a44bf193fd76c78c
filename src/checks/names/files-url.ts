import { finding, listed, pass } from '../judgement.ts';
import { error } from '../when.ts';
import { settingsCheck } from './settings-check.ts';

const PROCESSES = ['api', 'worker'] as const;
const NAMES = ['FILES_URL', 'INTERNAL_FILES_URL'] as const;

export const namesFilesUrl = settingsCheck(
  {
    id: 'names.files-url',
    title: 'signed file addresses can be built and fetched',
    severity: error,
    remedy:
      'remove FILES_URL and INTERNAL_FILES_URL from extraEnv: difyctl sets them from urls.files and the names of the deployment',
  },
  (settings) => {
    const { variables } = settings;
    const expected =
      'FILES_URL and INTERNAL_FILES_URL with a scheme, without a trailing slash, the same for api and worker';
    const faults = PROCESSES.flatMap((process) =>
      NAMES.flatMap((name) => {
        const reason = reasonOf(variables[process]?.[name]);
        return reason === undefined ? [] : [`${name} of ${process} ${reason}`];
      }),
    );
    const unequal = NAMES.filter((name) => variables.api?.[name] !== variables.worker?.[name]);
    if (faults.length === 0 && unequal.length > 0) faults.push(`api and worker differ in ${listed(unequal)}`);
    if (faults.length === 0) return pass(`files at ${variables.api?.FILES_URL ?? ''}`, expected);
    const observed = listed(faults);
    return finding('fail', {
      observed,
      expected,
      message: `${observed}: plugins and models would get addresses that do not work`,
    });
  },
);

function reasonOf(value: string | undefined): string | undefined {
  // If the chart sets the variable itself, the variables of the file do not contain it.
  if (value === undefined) return undefined;
  if (value === '') return 'is empty';
  if (!/^https?:\/\/[^/]/.test(value)) return `is ${value}, which has no scheme`;
  return value.endsWith('/') ? `is ${value}, which ends in a slash` : undefined;
}
