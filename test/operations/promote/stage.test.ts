import { expect, it, test } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { refuseStandby } from '../../../src/operations/promote/refuse-standby.ts';
import { stageOf } from '../../../src/operations/promote/stage.ts';
import type { Revision } from '../../../src/state/revisions/revision.ts';

/** The revisions of a place, oldest first. Only what decides about the stage. */
function revisions(...outcomes: readonly (readonly [Revision['operation'], Revision['outcome']])[]): Revision[] {
  return outcomes.map(([operation, outcome], index) => {
    const restore = { set: `dify-${index + 1}`, parts: [], steps: [] };
    const facts = { number: index + 1, operation, outcome, ...(operation === 'restore' ? { restore } : {}) };
    return facts as Partial<Revision> as Revision;
  });
}

test.each<[string, Revision[], string]>([
  ['nothing', [], 'empty'],
  ['an uninstall', revisions(['install', 'applied'], ['uninstall', 'removed']), 'empty'],
  ['a killed restore', revisions(['restore', 'open']), 'restoring dify-1'],
  ['a failed restore', revisions(['restore', 'failed']), 'restoring dify-1'],
  ['a restore', revisions(['restore', 'restored']), 'restored dify-1'],
  ['a killed install', revisions(['restore', 'restored'], ['install', 'open']), 'installing dify-1'],
  ['a failed install', revisions(['restore', 'restored'], ['install', 'failed']), 'installing dify-1'],
  ['an install on restored data', revisions(['restore', 'restored'], ['install', 'applied']), 'promoted 2'],
  ['an install without a restore', revisions(['install', 'applied']), 'other 1'],
  [
    'an install after the restored one was removed',
    revisions(['restore', 'restored'], ['uninstall', 'removed'], ['install', 'open']),
    'other 3',
  ],
])('after %s, the stage is known', (_, list, expected) => {
  const stage = stageOf(list);
  const more = 'restore' in stage ? stage.restore.set : 'revision' in stage ? stage.revision : '';
  expect(`${stage.kind} ${more}`.trim()).toBe(expected);
});

it('an install of a standby file is refused until its data is restored', () => {
  const primary = { name: 'dify', urls: ['https://dify.example.com'] };
  expect(() => refuseStandby(primary, [])).toThrow(UserError);
  expect(() => refuseStandby(primary, revisions(['restore', 'open']))).toThrow(
    'the file is of the standby region of dify, so nothing was changed',
  );
  refuseStandby(primary, revisions(['restore', 'restored']));
  refuseStandby(undefined, []);
});
