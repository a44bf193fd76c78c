import type { Command } from 'commander';
import { documentText } from '../../base/document.ts';
import { refuseInapplicable } from '../../checks/applicable.ts';
import { CHECKS } from '../../checks/registry.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { refuseInDryRun, refuseWithoutCluster } from '../../operations/preflight/cluster-probes.ts';
import { refuseWithoutScheduler } from '../../operations/rehearsal/without-scheduler.ts';
import type { InstallReport } from '../../operations/report.ts';
import { redactedReport } from '../../report/redacted.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import {
  addClusterProbeOptions,
  addSelectionOptions,
  readClusterProbes,
  readSelection,
} from '../input/check-options.ts';
import { requireInteractiveOrYes } from '../input/confirm.ts';
import { refuseUnnamedContext, runInstall } from '../input/run-install.ts';
import { openingNotes, type Session, withPrepared } from '../input/session.ts';
import { installText } from '../output/install-text.ts';
import { progressView } from '../output/progress.ts';
import { addReportOption, readReportFiles, writeReportFiles } from '../output/report-files.ts';

interface Options {
  readonly yes?: true;
  readonly dryRun?: true;
  readonly atomic?: true;
  readonly rehearse?: true;
  readonly commit: boolean;
}

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
          const { dryRun = false, atomic = false, rehearse = false, commit } = options;
          return runInstall(context, session, { ...how, yes, dryRun, atomic, rehearse, commit }, view);
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
