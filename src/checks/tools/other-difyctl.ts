import { OTHER_DIFYCTL } from '../../evidence/tools.ts';
import type { Check } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { warning } from '../when.ts';

/** Upstream Dify ships a client of the same name since 1.15. */
export const otherDifyctl: Check = {
  id: 'tools.other-difyctl',
  title: 'no other program called difyctl comes first on PATH',
  phases: ['preflight'],
  severity: warning,
  requires: [OTHER_DIFYCTL],
  remedy: 'run this program as dify-installer, or change the order of PATH',
  judge: (context) => {
    const { first, isThis } = context.evidence(OTHER_DIFYCTL);
    if (first === undefined) return pass('no other difyctl on PATH');
    if (isThis) return pass('difyctl on PATH is this program');
    return finding('warn', {
      observed: `the command difyctl runs ${first}, which is another program or another copy`,
      expected: 'this installer',
    });
  },
};
