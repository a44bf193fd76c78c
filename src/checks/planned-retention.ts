import type { JudgeContext } from './check.ts';
import { deploymentOf } from './judgement.ts';
import { plannedOf } from './planned.ts';

/** True if beat starts, and the worker runs, Dify's cleanup of old runs: by the field, or by `extraEnv`. */
export function isCleaned(context: JudgeContext): boolean {
  const byField = deploymentOf(context).logging.retention.workflowRuns !== undefined;
  const { worker, beat } = plannedOf(context);
  return [worker, beat].every(({ extraEnv }) => {
    const set = extraEnv.WORKFLOW_LOG_CLEANUP_ENABLED;
    return set === undefined ? byField : /^(true|1)$/i.test(set);
  });
}
