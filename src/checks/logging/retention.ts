import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { isCleaned } from '../planned-retention.ts';
import { infoInTest, withFile } from '../when.ts';

/** Dify keeps every run, with the data of each node, until something deletes it. */
export const loggingRetention: Check = {
  id: 'logging.retention',
  title: 'runs of workflows are kept for a limited time',
  phases: ['preflight'],
  severity: infoInTest,
  when: withFile,
  requires: [],
  optional: [RENDERED_OBJECTS],
  remedy:
    'set logging.retention.workflowRuns, such as 90d: Dify then deletes older runs with their messages every night',
  judge: (context) => {
    const kept = deploymentOf(context).logging.retention.workflowRuns;
    const expected = 'a retention period';
    if (kept !== undefined) return pass(`runs are kept for ${kept}`, expected);
    if (isCleaned(context)) return pass('extraEnv sets a retention period', expected);
    return finding('warn', {
      observed: 'no retention period for runs of workflows',
      expected,
      message: 'no retention period for runs of workflows: their tables grow until queries and upgrades are slow',
    });
  },
};
