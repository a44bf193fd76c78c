import { APP_DRIFT } from '../../evidence/drift/drift.ts';
import { driftText } from '../../evidence/drift/words.ts';
import type { Check } from '../check.ts';
import { counted, finding, pass, some } from '../judgement.ts';
import { error, withFile } from '../when.ts';

/** Checks that everything is still as it was installed. */
export const appDrift: Check = {
  id: 'app.drift',
  title: 'nothing was changed since the last install',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_DRIFT],
  remedy:
    'difyctl plan shows every change; add the changes to keep to difyctl.yaml, then run difyctl install to undo the others',
  judge: ({ evidence }) => {
    const all = evidence(APP_DRIFT);
    const expected = 'everything is as it was installed';
    if (all.length === 0) return pass(expected);
    const observations = all.map((drift) => ({
      subject: `${drift.kind} ${drift.name}`,
      from: 'local' as const,
      status: 'fail' as const,
      observed: driftText(drift),
      expected: 'as it was installed',
    }));
    const observed = `${counted(all.length, 'change')} since the last install: ${some(all.map((one) => driftText(one)))}`;
    return { ...finding('fail', { observed, expected }), observations };
  },
};
