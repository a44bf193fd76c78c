import { expect, test } from 'vitest';
import { WORKING_TREE } from '../../../src/evidence/recovery/working-tree.ts';
import type { AppliedSet, WorkingTree, WorkingTreeFacts } from '../../../src/recovery/working-tree.ts';
import { plan, resultOf } from './scene.ts';

const APPLIED: AppliedSet = { revision: 3, digest: 'd3' };
const TREE: WorkingTreeFacts = {
  ...{ root: '/srv/ops', folder: 'rendered/dify', file: 'difyctl.yaml', branch: 'main', unfinished: undefined },
  ...{ link: undefined, changed: [], edited: [], differing: [] },
  upstream: { name: 'origin/main', ahead: 0, behind: 0 },
  recorded: { commit: '1a2b3c4d5e', at: '2026-11-22T12:00:00Z', revision: 3, digest: 'd3' },
};

test.each<[string, WorkingTree, AppliedSet | undefined, string, string, string | undefined]>([
  [
    'has the newest revision',
    TREE,
    APPLIED,
    'pass',
    'revision 3 (1a2b3c4) is committed; pushed to origin/main',
    undefined,
  ],
  [
    'is ready for a first install',
    { ...TREE, recorded: undefined },
    undefined,
    'pass',
    'no revision is installed or committed; pushed to origin/main',
    undefined,
  ],
  [
    'has an edited file, which the next install commits',
    { ...TREE, differing: ['difyctl.yaml'], changed: ['difyctl.yaml'] },
    APPLIED,
    'pass',
    'revision 3 (1a2b3c4) is committed; changed since: difyctl.yaml; pushed to origin/main',
    undefined,
  ],
  [
    'has another revision',
    TREE,
    { revision: 4, digest: 'd4' },
    'warn',
    'revision 4 is not committed; the newest commit is of revision 3 (1a2b3c4)',
    'difyctl install commits it',
  ],
  [
    'has no revision',
    { ...TREE, recorded: undefined },
    APPLIED,
    'warn',
    'revision 3 is not committed',
    'difyctl install commits it',
  ],
  [
    'is not pushed',
    { ...TREE, upstream: { name: 'origin/main', ahead: 2, behind: 0 } },
    APPLIED,
    'warn',
    'revision 3 (1a2b3c4) is committed; 2 commits are not pushed to origin/main',
    'git -C /srv/ops push',
  ],
  [
    'follows no branch',
    { ...TREE, upstream: undefined },
    APPLIED,
    'warn',
    'revision 3 (1a2b3c4) is committed; main follows no other branch',
    'git -C /srv/ops push -u REMOTE main',
  ],
  [
    'is behind',
    { ...TREE, upstream: { name: 'origin/main', ahead: 0, behind: 1 } },
    APPLIED,
    'warn',
    'main of /srv/ops is 1 behind origin/main',
    'git -C /srv/ops pull --rebase',
  ],
  [
    'has an unfinished rebase',
    { ...TREE, unfinished: 'rebase' },
    APPLIED,
    'warn',
    'a rebase in /srv/ops is not finished',
    'git -C /srv/ops status shows how to continue or abort the rebase',
  ],
  [
    'does not exist',
    { folder: '/srv/ops', reason: 'does not exist' },
    APPLIED,
    'warn',
    '/srv/ops does not exist',
    'correct recovery.configuration.workingTree, or clone the repository there',
  ],
])('a working tree that %s', (_, tree, applied, status, observed, next) => {
  const patch = plan({ configuration: { workingTree: '.' } });
  const result = resultOf('recovery.configuration', patch, [[WORKING_TREE, { tree, applied }]]);
  expect([result.status, result.observed]).toEqual([status, observed]);
  if (next !== undefined) expect(result.remedy).toBe(next);
});

test('a working tree that could not be read proves nothing', () => {
  const result = resultOf('recovery.configuration', plan({ configuration: { workingTree: '.' } }), []);
  expect([result.status, result.observed]).toEqual(['warn', expect.stringMatching(/could not be read/)]);
});
