import { Interrupted, UserError } from '../base/errors.ts';
import { counted } from '../base/words.ts';
import type { CheckReport } from '../checks/check.ts';
import { isBlocked } from '../checks/exit.ts';
import { refuseLink } from '../state/links.ts';
import { refuseUnreadable } from '../state/revisions/stored.ts';
import { applyPlan } from './apply.ts';
import { isLockHeld, withLock } from './locked.ts';
import type { InstallOptions } from './options.ts';
import { type PlannedInstall, planInstall, revisionStore } from './plan-install.ts';
import { runPostflight } from './postflight.ts';
import { runPreflight } from './preflight/run-preflight.ts';
import { type InstallFacts, type InstallReport, installReport } from './report.ts';
import { requireResolved } from './require-resolved.ts';
import { runStep } from './steps.ts';

/**
 * The order of an install: preflight, plan, confirmation, lock, the plan again under it, apply, postflight. Nothing is changed before the
 * confirmation, and nothing at all by a run that finds everything as it should be. Throws UserError (exit 2, 3 or 9), Interrupted, and
 * ExternalError where the place does not answer; what fails to come up is in the report.
 */
export async function install(options: InstallOptions): Promise<InstallReport> {
  const { prepared, target, signal, now } = options;
  if (!options.dryRun) await refuseLink(prepared.paths.revisions);
  // A dry run only looks: its plan says which revision cannot be read.
  if (!options.dryRun) refuseUnreadable((await revisionStore(prepared, target).read(signal)).unreadable);
  const preflight = await preflightStep(options);
  const known = { preflight, recovered: [], notes: prepared.notes };
  const report = (facts: Partial<InstallFacts> & Pick<InstallFacts, 'outcome'>): InstallReport =>
    installReport(prepared.deployment, { ...known, ...facts }, now());
  if (isBlocked(preflight)) return report({ outcome: 'blocked' });
  requireResolved(prepared, 'applied');

  const planned = await planStep(options);
  const shown = { location: planned.place.facts, plan: planFacts(planned) };
  if (options.dryRun) return report({ ...shown, outcome: 'dry-run' });
  if (planned.settled && !(await isLockHeld(target, signal))) {
    return report({ ...shown, ...(await unchanged(options, planned)) });
  }
  refuseForeignDeletes(planned);
  await agree(options, planned, false);
  const facts = await withLock({ ...options, run: prepared.run }, async (locked) => {
    const own = { ...options, signal: locked.signal };
    const again = await planInstall(prepared, target, locked.signal);
    refuseUnreadable(again.unreadable);
    refuseForeignDeletes(again);
    if (again.plan.digest !== planned.plan.digest) await agree(own, again, true);
    const applied = again.settled
      ? await unchanged(own, again)
      : await applyPlan(own, again, locked.onChild, () => postflightStep(own));
    return { location: again.place.facts, plan: planFacts(again), ...applied, recovered: locked.recovered };
  });
  return report(facts);
}

/** All is as it should be: only looked at, no revision. */
async function unchanged(options: InstallOptions, { newest }: PlannedInstall) {
  const { number: revision, releaseRevision } = newest ?? {};
  return { outcome: 'unchanged' as const, revision, releaseRevision, postflight: await postflightStep(options) };
}

/** Asks, unless nothing of the installation would change. Throws Interrupted where the answer is no. */
async function agree(options: InstallOptions, planned: PlannedInstall, again: boolean): Promise<void> {
  if (again) options.show(planned);
  if (planned.plan.changes.length === 0 && !planned.plan.touchesRelease) return;
  if (await options.confirm(planned, again)) return;
  throw new Interrupted(
    again ? 'declined; nothing was changed but what a dead run had left' : 'declined; nothing was changed',
  );
}

async function preflightStep(options: InstallOptions): Promise<CheckReport> {
  const { prepared, only, skip, from, deep, env, now, signal, onProgress, onCheckEvent } = options;
  const settings = { only, skip, from, deep, env, now, signal, onEvent: onCheckEvent };
  return runStep(
    onProgress,
    'preflight',
    'looking at everything it would stand on',
    async () => {
      const { report, notes } = await runPreflight(prepared, settings);
      for (const text of notes) onProgress({ type: 'note', level: 'warn', text });
      return report;
    },
    countsOf,
  );
}

async function postflightStep(options: InstallOptions): Promise<CheckReport> {
  const { prepared, only, skip, env, now, signal, onProgress, onCheckEvent } = options;
  const settings = { only, skip, env, now, signal, onEvent: onCheckEvent };
  return runStep(
    onProgress,
    'postflight',
    'asking what was installed',
    async () => (await runPostflight(prepared, settings)).report,
    countsOf,
  );
}

async function planStep(options: InstallOptions): Promise<PlannedInstall> {
  const { prepared, target, signal, onProgress } = options;
  const planned = await runStep(
    onProgress,
    'plan',
    'comparing with what is there',
    () => planInstall(prepared, target, signal),
    ({ plan }) => ({ detail: countChanges(plan.changes) }),
  );
  options.show(planned);
  return planned;
}

/** `34 to create, 0 to change, 0 to delete` */
export function countChanges(changes: PlannedInstall['plan']['changes']): string {
  if (changes.length === 0) return 'nothing to change';
  const count = (action: string) => changes.filter((change) => change.action === action).length;
  return `${count('create')} to create, ${count('change')} to change, ${count('delete')} to delete`;
}

function countsOf(report: CheckReport): { readonly detail: string; readonly failed: boolean } {
  const { pass, warn, fail, unknown } = report.summary;
  const more = [
    ...(warn > 0 ? [counted(warn, 'warning')] : []),
    ...(fail > 0 ? [`${fail} failed`] : []),
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
  ];
  return { detail: [`${pass} passed`, ...more].join(', '), failed: isBlocked(report) };
}

/** Nothing is deleted that the release names and that does not say itself that it is of this release. Throws UserError. */
function refuseForeignDeletes({ plan }: PlannedInstall): void {
  const { foreign = [] } = plan;
  if (foreign.length === 0) return;
  throw new UserError('the release would delete objects that do not belong to it, so nothing was changed', {
    problems: foreign.map((path) => ({ path, message: 'does not name this release in meta.helm.sh/release-name' })),
    next: [
      'find out who wrote the Secrets of this release: kubectl get secrets -l owner=helm --show-managed-fields -o yaml',
    ],
  });
}

function planFacts({ plan }: PlannedInstall): NonNullable<InstallFacts['plan']> {
  return { changes: plan.changes, drift: plan.drift, digest: plan.digest };
}
