import { UserError } from '../base/errors.ts';
import type { Tier } from '../checklist/tiers.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { Check, Phase } from './check.ts';
import { matchesCheck } from './select.ts';

/** What a command judges. `deployment` is undefined for the current cluster without a deployment file. */
export interface Judged {
  readonly deployment: Deployment | undefined;
  readonly tier: Tier;
}

/**
 * Throws UserError (exit 2) if no check that `--only` matches applies: each is for another target or another choice of
 * the file, or needs a file. An empty report would pass.
 */
export function refuseInapplicable(
  checks: readonly Check[],
  phases: readonly Phase[],
  only: readonly string[],
  { deployment, tier }: Judged,
): void {
  const meant = checks.filter(
    ({ id, phases: its }) =>
      its.some((phase) => phases.includes(phase)) && only.some((pattern) => matchesCheck(pattern, id)),
  );
  // `selectChecks` refuses a pattern that matches no check.
  if (meant.length === 0) return;
  const answers = meant.map((check) => check.when?.(deployment, tier) ?? true);
  if (answers.includes(true)) return;
  const reasons = new Set(answers.flatMap((answer) => (typeof answer === 'object' ? [answer.skip] : [])));
  const what =
    deployment === undefined
      ? 'the current cluster without a deployment file'
      : `${deployment.name} (${deployment.tier}, ${deployment.target.type})`;
  const why = reasons.size === 0 ? '' : `: ${[...reasons].join('; ')}`;
  throw new UserError(`--only ${only.join(',')}: none of these checks applies to ${what}${why}`, {
    next: ['difyctl checks lists every check; omit --only to run all checks that apply'],
  });
}
