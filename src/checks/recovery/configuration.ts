import type { Check } from '../check.ts';
import { deploymentOf, finding } from '../judgement.ts';
import { errorInProd, whereFile } from '../when.ts';
import { declared } from './declared.ts';

export const recoveryConfiguration: Check = {
  id: 'recovery.configuration',
  title: 'difyctl.yaml is kept where a lost site does not take it along',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery }) => recovery !== undefined),
  requires: [],
  remedy: 'difyctl init --recovery-configuration-repository URL',
  judge: (context) => {
    const repository = deploymentOf(context).recovery?.configuration?.repository;
    const expected = 'a repository for difyctl.yaml and what is rendered from it';
    if (repository !== undefined) {
      return declared(
        `difyctl.yaml in ${repository}`,
        'clone it on another machine, and run difyctl validate on the file in it',
      );
    }
    // Without it the data can still be restored, by hand and later: no reason to block an install.
    return finding('warn', { observed: 'no repository is named', expected });
  },
};
