import { type Problem, UserError } from '../../base/errors.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { PlannedStep } from './restore-plan.ts';

/** What decides whether a planned restore may begin. */
export interface RefusedPlan {
  readonly set: string;
  readonly deployment: string;
  readonly steps: readonly PlannedStep[];
  /** Workloads of Dify that write and still have a process. */
  readonly writers: readonly string[];
  /** The command that stops them. */
  readonly stop: string;
}

/**
 * Throws UserError if Dify runs, if a step cannot run, or if data is there and the operator did not name the deployment.
 * `mayAsk`: a later prompt asks the operator for the name.
 */
export function refusePlan(plan: RefusedPlan, { byName, mayAsk }: { byName: boolean; mayAsk: boolean }): void {
  const { set, deployment, steps, writers, stop } = plan;
  if (writers.length > 0) {
    throw new UserError(`Dify runs (${writers.join(', ')}) and would write while its data is restored`, {
      next: [stop],
    });
  }
  const occupied = steps.filter((step) => step.occupied);
  const agrees = byName || mayAsk;
  if (occupied.length > 0 && !agrees) {
    throw new UserError('the place of the restore is not empty; nothing was changed', {
      problems: occupied.map(({ step, what, observed }): Problem => ({ path: step, message: `${what} ${observed}` })),
      next: [
        `difyctl restore ${set} --yes --name ${deployment} restores over it: databases and folders are renamed, not deleted`,
      ],
    });
  }
  const problems = steps.flatMap(({ step, problem }): readonly Problem[] =>
    problem === undefined ? [] : [{ path: step, message: problem }],
  );
  if (problems.length === 0) return;
  throw new UserError('the restore cannot begin; nothing was changed', {
    problems,
    next: [
      ...steps.flatMap(({ next = [] }) => next),
      ...['docs/restore.md lists what a role needs', 'difyctl restore --dry-run shows the plan'],
    ],
  });
}

/** Throws UserError if the bundled PostgreSQL of a chart does not exist, because it is installed only with Dify. */
export function refuseMissingServer(
  { target, postgres, name }: Pick<Deployment, 'target' | 'postgres' | 'name'>,
  set: string,
  isInstalled: boolean,
): void {
  if (target.type === 'compose' || postgres.mode === 'external' || isInstalled) return;
  throw new UserError('the bundled PostgreSQL is installed only together with Dify; nothing was changed', {
    next: [
      'difyctl install',
      `then difyctl restore ${set} --yes --name ${name} restores over the new databases: its error names the command that stops Dify`,
    ],
  });
}
