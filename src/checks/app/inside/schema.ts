import { APP_SCHEMA, type SchemaFact } from '../../../evidence/app/inside/schema.ts';
import type { Check, Judgement } from '../../check.ts';
import { finding, listed, pass, some } from '../../judgement.ts';
import { error, withFile } from '../../when.ts';
import { judgeInside } from './seen.ts';

const EXPECTED = 'one revision in the database, equal to the head of the image';

/** Checks that the migration of this image ran to its end. */
export const appSchema: Check = {
  id: 'app.schema',
  title: 'the database schema is the one of the image',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_SCHEMA],
  remedy: 'read the log of the migration, then run in a process of the api: flask upgrade-db',
  judge: judgeInside(APP_SCHEMA, EXPECTED, (answers) => {
    const judged = answers.map(({ host, seen }) => ({ host, judgement: judgeOne(seen) }));
    const wrong = judged.filter(({ judgement }) => judgement.status === 'fail');
    const [first] = wrong.length > 0 ? wrong : judged;
    if (first === undefined) return finding('fail', { observed: 'no process of the api answered', expected: EXPECTED });
    if (wrong.length === 0 || wrong.length === judged.length) return first.judgement;
    // Only some processes run an image that does not fit.
    const observed = `${first.judgement.observed}, says ${some(wrong.map(({ host }) => host))}`;
    return finding('fail', { observed, expected: EXPECTED, remedy: OTHER_IMAGE });
  }),
};

function judgeOne({ current, heads }: SchemaFact): Judgement {
  const [head] = heads;
  if (head === undefined || heads.length > 1) {
    const observed = heads.length === 0 ? 'the image names no head' : `the image has the heads ${listed(heads)}`;
    return finding('fail', { observed, expected: EXPECTED, remedy: 'install an image of a release of Dify' });
  }
  if (current.length === 0) {
    return finding('fail', { observed: 'no migration ran in the database', expected: `revision ${head}` });
  }
  if (current.length > 1) {
    const observed = `the database has the revisions ${listed(current)} at once`;
    return finding('fail', { observed, expected: `only revision ${head}`, remedy: BRANCHED });
  }
  if (current[0] === head) return pass(`revision ${head}`, EXPECTED);
  return finding('fail', { observed: `revision ${current[0]} in the database`, expected: `revision ${head}` });
}

const OTHER_IMAGE = 'difyctl install replaces the processes that run another image';
const BRANCHED =
  'restore the database from before the upgrade: two releases of Dify migrated it in different directions';
