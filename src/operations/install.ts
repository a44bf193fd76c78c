import { UserError } from '../base/errors.ts';
import type { CheckReport } from '../checks/check.ts';
import { isBlocked } from '../checks/exit.ts';
import { shortSummaryText } from '../checks/summary.ts';
import { primaryOf } from '../deployment/primary.ts';
import { printedRehearsal } from '../rehearsal/report.ts';
import { refuseLink } from '../state/links.ts';
import { refuseUnreadable } from '../state/revisions/stored.ts';
import { applyPlan } from './apply.ts';
import { isLockHeld } from './locked.ts';
import { operation } from './operation.ts';
import type { InstallOptions } from './options.ts';
import { type PlannedInstall, planInstall, refuseUnfinishedRestore, revisionStore } from './plan-install.ts';
import { runPreflight } from './preflight/run-preflight.ts';
import { refuseStandby } from './promote/refuse-standby.ts';
import { type InstallFacts, type InstallReport, installReport } from './report.ts';
import { requireResolved } from './require-resolved.ts';
import { settledPostflight } from './settled-postflight.ts';
import { runStep } from './steps.ts';
import { timerCommands } from './timer-commands.ts';
import { type CheckedTree, checkTree } from './working-tree/check.ts';
import { commitRevision, plannedCommit } from './working-tree/commit.ts';

/**
 * Runs an install: preflight, the rehearsal with --rehearse, plan, confirmation, lock, the plan again under the lock,
 * apply, postflight. A run whose plan is empty changes nothing and writes no revision. Throws UserError (exit 2, 3 or
 * 9), Interrupted, and ExternalError if the target does not answer. A workload that does not become ready is in the
 * report.
 */
export async function install(options: InstallOptions): Promise<InstallReport> {
  const { prepared, target, signal, now } = options;
  if (!options.dryRun) await refuseLink(prepared.paths.revisions);
  // A dry run changes nothing; its plan reports revisions that cannot be read.
  if (!options.dryRun) {
    const { revisions, unreadable } = await revisionStore(prepared, target).read(signal);
    refuseUnreadable(unreadable);
    refuseStandby(primaryOf(prepared.deployment), revisions);
  }
  const preflight = await preflightStep(options);
  const known = { preflight, recovered: [], notes: prepared.notes };
  const first = (facts: Partial<InstallFacts> & Pick<InstallFacts, 'outcome'>): InstallReport =>
    installReport(prepared.deployment, { ...known, ...facts }, now());
  if (isBlocked(preflight)) return first({ outcome: 'blocked' });
  requireResolved(prepared, 'applied');
  const checked = await checkTree(options);
  const rehearsed = await rehearsalStep(options);
  const report: typeof first = (facts) => first({ ...rehearsed, ...facts });
  if ((rehearsed.rehearsal?.summary.fail ?? 0) > 0) return report({ outcome: 'blocked' });

  return operation(
    { ...options, run: prepared.run },
    {
      plan: (at, again) => (again ? planInstall(prepared, target, at) : planStep(options)),
      withoutChange: async (planned) => {
        if (options.dryRun) {
          const commit = checked === undefined ? {} : { commit: await plannedCommit(prepared, checked) };
          return report({ ...planFacts(planned), outcome: 'dry-run', ...commit });
        }
        if (!planned.settled || (await isLockHeld(target, signal))) return undefined;
        const settled = await unchanged(options, planned);
        return report({ ...planFacts(planned), ...settled, ...(await commitStep(options, checked, settled)) });
      },
      refuse: refuseChange,
      isOther: (agreed, again) => again.plan.digest !== agreed.plan.digest,
      confirm: (planned, again) => confirmPlan(options, planned, again),
      work: async (planned, { signal: locked, onChild, recovered }) => {
        const own = { ...options, signal: locked };
        const applied = planned.settled
          ? await unchanged(own, planned)
          : await applyPlan(own, planned, onChild, () => postflightStep(own));
        const asRoot = timerCommands(prepared, planned.plan.changes);
        const commit = await commitStep(own, checked, applied);
        return report({
          ...planFacts(planned),
          ...applied,
          ...commit,
          recovered,
          ...(asRoot.length === 0 ? {} : { asRoot }),
        });
      },
    },
  );
}

/** The result if there is nothing to do: postflight only, no new revision. */
async function unchanged(options: InstallOptions, { newest }: PlannedInstall) {
  const { number: revision, releaseRevision } = newest ?? {};
  return { outcome: 'unchanged' as const, revision, releaseRevision, postflight: await postflightStep(options) };
}

/** Commits the revision if it was applied and the file names a working tree. */
async function commitStep(
  options: InstallOptions,
  checked: CheckedTree | undefined,
  { outcome, revision }: Pick<InstallFacts, 'outcome' | 'revision'>,
): Promise<Pick<InstallFacts, 'commit'>> {
  const isApplied = outcome === 'applied' || outcome === 'unchanged';
  if (checked === undefined || !isApplied || revision === undefined) return {};
  return { commit: await commitRevision(options, checked, revision) };
}

/** Asks for confirmation. Skipped if the installation would not change. */
async function confirmPlan(options: InstallOptions, planned: PlannedInstall, again: boolean): Promise<boolean> {
  if (again) options.show(planned);
  if (planned.plan.changes.length === 0 && !planned.plan.touchesRelease) return true;
  return options.confirm(planned, again);
}

async function preflightStep(options: InstallOptions): Promise<CheckReport> {
  const { prepared, only, skip, from, deep, env, now, signal, onProgress, onCheckEvent } = options;
  const settings = { only, skip, from, deep, env, now, signal, onEvent: onCheckEvent };
  return runStep(
    onProgress,
    'preflight',
    'checking everything it depends on',
    async () => {
      const { report, notes } = await runPreflight(prepared, settings);
      for (const text of notes) onProgress({ type: 'note', level: 'warn', text });
      return report;
    },
    countsOf,
  );
}

/** Rehearses with --rehearse. A drill with a warning is a note, and the install continues. */
async function rehearsalStep({ rehearse, onProgress }: InstallOptions): Promise<Pick<InstallFacts, 'rehearsal'>> {
  if (rehearse === undefined) return {};
  const rehearsal = printedRehearsal(await rehearse());
  for (const { kind, subject, message } of rehearsal.drills.filter(({ status }) => status === 'warn')) {
    onProgress({ type: 'note', level: 'warn', text: `rehearsal, ${kind} ${subject}: ${message}` });
  }
  return { rehearsal };
}

async function postflightStep(options: InstallOptions): Promise<CheckReport> {
  const { prepared, only, skip, env, now, signal, onProgress, onCheckEvent } = options;
  const settings = { only, skip, env, now, signal, onEvent: onCheckEvent };
  const work = async (): Promise<CheckReport> => (await settledPostflight(prepared, settings)).report;
  return runStep(onProgress, 'postflight', 'reading the installed revision', work, countsOf);
}

async function planStep(options: InstallOptions): Promise<PlannedInstall> {
  const { prepared, target, signal, onProgress } = options;
  const planned = await runStep(
    onProgress,
    'plan',
    'comparing with the installation',
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
  const detail = shortSummaryText(report.summary, ['pass', 'warn', 'fail', 'unknown']);
  return { detail, failed: isBlocked(report) };
}

/**
 * Throws UserError if a revision cannot be read, if a restore did not end, or if the release would delete objects that
 * do not name this release as their owner.
 */
function refuseChange({ plan, unreadable, newest }: PlannedInstall): void {
  refuseUnreadable(unreadable);
  refuseUnfinishedRestore(newest);
  const { foreign = [] } = plan;
  if (foreign.length === 0) return;
  throw new UserError('the release would delete objects that do not belong to it, so nothing was changed', {
    problems: foreign.map((path) => ({ path, message: 'does not name this release in meta.helm.sh/release-name' })),
    next: [
      'find out who wrote the Secrets of this release: kubectl get secrets -l owner=helm --show-managed-fields -o yaml',
    ],
  });
}

function planFacts({ place, plan }: PlannedInstall): Pick<InstallFacts, 'location' | 'plan'> {
  const { changes, drift, digest, oneByOne = [], interruptions = [], drains = [] } = plan;
  return { location: place.facts, plan: { changes, oneByOne, interruptions, drains, drift, digest } };
}
