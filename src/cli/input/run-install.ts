import { UserError } from '../../base/errors.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { install } from '../../operations/install.ts';
import type { PlannedInstall } from '../../operations/plan-install.ts';
import type { ClusterProbeOptions, Selection } from '../../operations/preflight/options.ts';
import type { RenderedDeployment } from '../../operations/prepare.ts';
import type { InstallReport } from '../../operations/report.ts';
import type { RehearsalReport } from '../../rehearsal/report.ts';
import type { CommandContext } from '../frame/context.ts';
import { createChecklists } from '../output/check-output.ts';
import { changeLines, driftLines, kindLines, placeLines, summaryLines } from '../output/plan-text.ts';
import type { ProgressView } from '../output/progress.ts';
import { type ConfirmDetail, confirm } from './confirm.ts';
import type { Session } from './session.ts';

/** Kubernetes reports a rollout as stuck after ten minutes (progressDeadlineSeconds). */
const DEFAULT_TIMEOUT_MS = 600_000;

/** What the command line says about an install. */
export interface InstallChoices extends Selection, ClusterProbeOptions {
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly atomic: boolean;
  readonly rehearse: boolean;
  /** False if nothing is committed to the working tree that the file names. */
  readonly commit: boolean;
}

/** Runs an install with its checklists, its plan and its confirmation on stderr. */
export async function runInstall(
  context: CommandContext,
  { prepared, target }: Session,
  { yes, dryRun, atomic, rehearse, commit, ...how }: InstallChoices,
  view: ProgressView,
): Promise<InstallReport> {
  const { env, now, signal, timeoutMs, terminal, stderr } = context;
  const style = { color: terminal.stderrColor, unicode: terminal.unicode, width: terminal.width };
  const { start: startChecklist } = await createChecklists(context);
  let checklist = startChecklist();
  const show = (planned: PlannedInstall): void => {
    view.pause();
    const shown = [
      ...summaryLines(planned, style),
      ...kindLines(planned, style),
      ...placeLines(planned, style),
      ...driftLines(planned.plan.drift, style),
    ];
    if (!context.quiet) stderr.write(`${shown.join('\n')}\n`);
  };
  return install({
    prepared,
    target,
    ...{ env, now, signal, ...how },
    rehearse: rehearse ? () => rehearsal(context, prepared, view) : undefined,
    ...{ dryRun, atomic, commits: commit },
    timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    show,
    confirm: async (planned, again) => {
      view.pause();
      if (yes) return true;
      const { name } = prepared.deployment;
      const question = again
        ? `The plan has changed since you confirmed it. Install ${name} anyway?`
        : `Install ${name}?`;
      return confirm(context, question, confirmDetails(planned, prepared, style));
    },
    onCheckEvent: (event) => checklist.onEvent(event),
    onProgress: (event) => {
      const isChecking = event.type !== 'note' && event.step.endsWith('flight');
      // The checklist replaces the progress line of this step.
      if (isChecking && event.type === 'step-started') return;
      if (isChecking && event.type === 'step-ended') {
        checklist.end();
        checklist = startChecklist();
      }
      view.onProgress(event);
    },
  });
}

/** Rehearses every drill on a copy of the cluster's shape. */
async function rehearsal(
  { env, now, signal }: CommandContext,
  prepared: RenderedDeployment,
  { onProgress }: ProgressView,
): Promise<RehearsalReport> {
  const { rehearsePrepared } = await import('../../operations/rehearsal/rehearse-prepared.ts');
  const copied = { nodes: undefined, zones: 1, programs: undefined };
  return rehearsePrepared(prepared, { ...copied, kinds: undefined, env, now, signal, onProgress });
}

/** Throws UserError in prod if the file names no context: `kubectl config use-context` could change the cluster. */
export function refuseUnnamedContext({ tier, target }: Deployment): void {
  if (tier !== 'prod' || target.type !== 'kubernetes' || target.context !== undefined) return;
  throw new UserError('in prod, --yes requires target.context', {
    problems: [{ path: 'target.context', message: 'is not set; kubectl config get-contexts lists the contexts' }],
    next: ['set target.context in the file, or --context'],
  });
}

function confirmDetails(
  planned: PlannedInstall,
  { rendered }: RenderedDeployment,
  style: Parameters<typeof changeLines>[1],
): readonly ConfirmDetail[] {
  const lines = (text: readonly string[]): string => `${text.join('\n')}\n`;
  const values = rendered.value.files.find(({ path }) => path === 'values.yaml' || path === 'compose.yaml');
  return [
    { key: 'd', title: 'differences', text: () => lines(changeLines(planned.plan.changes, style, true)) },
    { key: 'o', title: 'objects', text: () => lines(changeLines(planned.plan.changes, style, false)) },
    { key: 'v', title: 'values', text: () => values?.content ?? '' },
  ];
}
