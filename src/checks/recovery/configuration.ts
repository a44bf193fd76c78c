import { WORKING_TREE } from '../../evidence/recovery/working-tree.ts';
import {
  pushWords,
  type TreeObstacle,
  treeDivergence,
  treeObstacle,
  treeState,
  treeWords,
} from '../../recovery/working-tree.ts';
import type { Check, JudgeContext, Judgement } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { errorInProd, whereFile } from '../when.ts';
import { declared } from './declared.ts';

export const recoveryConfiguration: Check = {
  id: 'recovery.configuration',
  title: 'a copy of difyctl.yaml survives the loss of the site',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery }) => recovery !== undefined),
  requires: [],
  optional: [WORKING_TREE],
  remedy: 'difyctl init --recovery-configuration-repository URL',
  judge: (context) => {
    const { repository, workingTree } = deploymentOf(context).recovery?.configuration ?? {};
    const expected = 'a repository with difyctl.yaml and the rendered files';
    if (workingTree !== undefined) return judgeTree(context, expected);
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

/** Every finding is a warning: without --no-commit, an install itself refuses a tree that is not ready. */
function judgeTree(context: JudgeContext, expected: string): Judgement {
  const evidence = context.optionalEvidence(WORKING_TREE);
  if (evidence?.data === undefined) {
    const observed = `the working tree could not be read: ${evidence?.missing ?? 'it was not collected'}`;
    return finding('warn', { observed, expected, remedy: 'run git status in the folder' });
  }
  const { tree, applied } = evidence.data;
  const obstacle = treeObstacle(tree) ?? treeDivergence(tree);
  if (obstacle !== undefined || 'reason' in tree) return judgeObstacle(obstacle);
  const { root, branch = '', upstream } = tree;
  const committed = treeWords(tree, applied);
  const state = treeState(tree, applied);
  if (state === 'missing' || state === 'other')
    return finding('warn', { observed: committed, expected, remedy: 'difyctl install commits it' });
  const observed = `${committed}; ${pushWords(tree)}`;
  if (upstream === undefined) {
    const message = `${observed}: the repository is lost with this machine`;
    return finding('warn', { observed, expected, message, remedy: `git -C ${root} push -u REMOTE ${branch}` });
  }
  if (upstream.ahead > 0) {
    const message = `${observed}: the newest files are lost with this machine`;
    return finding('warn', { observed, expected, message, remedy: `git -C ${root} push` });
  }
  return pass(observed, expected);
}

function judgeObstacle(obstacle: TreeObstacle | undefined): Judgement {
  const { observed = '', expected = '', next = '' } = obstacle ?? {};
  return finding('warn', { observed, expected, remedy: next });
}
