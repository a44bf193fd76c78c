import type { Check } from '../check.ts';
import { deploymentOf, finding } from '../judgement.ts';
import { errorInProd, whereFile } from '../when.ts';
import { declared } from './declared.ts';

export const recoveryConfiguration: Check = {
  id: 'recovery.configuration',
  title: 'a copy of difyctl.yaml survives the loss of the site',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery }) => recovery !== undefined),
  requires: [],
  remedy: 'difyctl init --recovery-configuration-repository URL',
  judge: (context) => {
    const repository = deploymentOf(context).recovery?.configuration?.repository;
    const expected = 'a repository with difyctl.yaml and the rendered files';
    if (repository !== undefined) {
      return declared(
        `difyctl.yaml in ${repository}`,
        'clone it on another machine, and run difyctl validate on the file in it',
      );
    }
    // Without it the data can still be restored, by hand and later: no reason to block an install.
    return finding('warn', { observed: 'no repository is declared', expected });
  },
};
