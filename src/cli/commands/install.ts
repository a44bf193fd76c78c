import type { Command } from 'commander';
import { documentText } from '../../base/document.ts';
import { UserError } from '../../base/errors.ts';
import { refuseInapplicable } from '../../checks/applicable.ts';
import { CHECKS } from '../../checks/registry.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { install } from '../../operations/install.ts';
import type { PlannedInstall } from '../../operations/plan-install.ts';
import { refuseInDryRun, refuseWithoutCluster } from '../../operations/preflight/cluster-probes.ts';
import type { ClusterProbeOptions, Selection } from '../../operations/preflight/options.ts';
import type { RenderedDeployment } from '../../operations/prepare.ts';
import { refuseWithoutScheduler } from '../../operations/rehearsal/without-scheduler.ts';
import type { InstallReport } from '../../operations/report.ts';
import type { RehearsalReport } from '../../rehearsal/report.ts';
import { redactedReport } from '../../report/redacted.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import {
  addClusterProbeOptions,
  addSelectionOptions,
  readClusterProbes,
  readSelection,
} from '../input/check-options.ts';
import { type ConfirmDetail, confirm, requireInteractiveOrYes } from '../input/confirm.ts';
import { openingNotes, type Session, withPrepared } from '../input/session.ts';
import { createChecklists } from '../output/check-output.ts';
import { installText } from '../output/install-text.ts';
import { changeLines, driftLines, kindLines, placeLines, summaryLines } from '../output/plan-text.ts';
import { type ProgressView, progressView } from '../output/progress.ts';
import { addReportOption, readReportFiles, writeReportFiles } from '../output/report-files.ts';

interface Options {
  readonly yes?: true;
  readonly dryRun?: true;
  readonly atomic?: true;
  readonly rehearse?: true;
  readonly commit: boolean;
}

/** Kubernetes reports a rollout as stuck after ten minutes (progressDeadlineSeconds). */
const DEFAULT_TIMEOUT_MS = 600_000;

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl install', 'Check, show the plan, ask for confirmation, install and verify.'],
  [
    'difyctl install --yes --atomic --timeout 15m',
    'Install without confirmation; roll back if Dify does not become ready.',
  ],
];

/** `difyctl install`: render, preflight, plan, apply, postflight. */
export function define(command: Command, context: CommandContext): void {
  addReportOption(addClusterProbeOptions(addSelectionOptions(command)), 'the report of the checks that ran last')
    .option('-y, --yes', 'confirm the plan in advance; in prod, the file must set target.context')
    .option('--dry-run', 'stop after the plan and change nothing')
    .option(
      '--rehearse',
      'rehearse on a copy of the cluster after preflight; a failed drill stops the install (exit 6)',
    )
    .option('--atomic', 'roll back if Dify does not become ready')
    .option('--no-commit', 'do not check the Git working tree of the file, and commit nothing into it')
    .action(async (options: Options) => {
      const yes = options.yes === true;
      const files = readReportFiles(command.opts(), context.cwd);
      const how = { ...readSelection(command.opts()), ...readClusterProbes(command.opts()) };
      if (options.dryRun === true) refuseInDryRun(how);
      if (options.dryRun !== true)
        await requireInteractiveOrYes(context, yes, 'difyctl install', 'difyctl install --dry-run');
      const view = progressView(context);
      try {
        const note = (text: string): void => view.onProgress({ type: 'note', level: 'warn', text });
        const refuse = (deployment: Deployment): void => {
          refuseWithoutCluster(how, deployment);
          if (options.rehearse === true) refuseWithoutScheduler(deployment);
          refuseInapplicable(CHECKS, ['preflight', 'postflight'], how.only, { deployment, tier: deployment.tier });
          if (yes) refuseUnnamedContext(deployment);
        };
        const work = async (session: Session): Promise<InstallReport> => {
          for (const text of openingNotes(session)) note(text);
          return runInstall(context, session, options, how, view);
        };
        const unreadable = options.dryRun === true ? 'warn' : 'stop';
        const report = await withPrepared(context, { unreadable, refuse, work, onNote: note });
        view.end();
        await writeReportFiles(files, report.postflight ?? report.preflight, context);
        write(context, report);
        context.exit(report.exitCode);
      } finally {
        view.end();
      }
    });
}

async function runInstall(
  context: CommandContext,
  { prepared, target }: Session,
  { yes, dryRun, atomic, rehearse, commit }: Options,
  how: Selection & ClusterProbeOptions,
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
    rehearse: rehearse === true ? () => rehearsal(context, prepared, view) : undefined,
    dryRun: dryRun === true,
    atomic: atomic === true,
    commits: commit,
    timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    show,
    confirm: async (planned, again) => {
      view.pause();
      if (yes === true) return true;
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
function refuseUnnamedContext({ tier, target }: Deployment): void {
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

function write(context: CommandContext, report: InstallReport): void {
  const { preflight, postflight } = report;
  const safe: InstallReport = {
    ...report,
    preflight: redactedReport(preflight, context.redact),
    ...(postflight === undefined ? {} : { postflight: redactedReport(postflight, context.redact) }),
  };
  const json = context.output === 'json';
  context.stdout.write(json ? documentText(safe) : installText(safe, context));
}
