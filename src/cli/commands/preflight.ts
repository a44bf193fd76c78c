import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { durationSeconds, formatDuration, isDuration } from '../../base/duration.ts';
import { UserError } from '../../base/errors.ts';
import { oneLine } from '../../base/printable.ts';
import type { CheckReport } from '../../checks/check.ts';
import { reportExitCode } from '../../checks/exit.ts';
import type { ClusterAccess } from '../../operations/preflight/cluster-access.ts';
import type { PreflightOptions, PreflightRun } from '../../operations/preflight/options.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import {
  addClusterProbeOptions,
  addFailOnOption,
  addSelectionOptions,
  readClusterProbes,
  readFailOn,
  readSelection,
} from '../input/check-options.ts';
import { loadFileIfExists } from '../input/load-if-exists.ts';
import { noteLine } from '../output/note-line.ts';
import { addReportOption, readReportFiles } from '../output/report-files.ts';

interface Options {
  readonly saveEvidence?: string;
  readonly fromEvidence?: string;
  readonly wait?: string;
}

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl preflight --report preflight.html', 'Check everything, and write the report as an HTML page.'],
  ["difyctl preflight --only 'postgres.*,redis.*' --wait 10m", 'Check two data services until they pass.'],
];

/** `difyctl preflight`: checks everything that an install depends on. Read-only. */
export function define(command: Command, context: CommandContext): void {
  addReportOption(addFailOnOption(addClusterProbeOptions(addSelectionOptions(command))))
    .option('--wait <duration>', 'repeat failed checks until they pass or the time limit is reached')
    .option('--save-evidence <dir>', 'write the redacted evidence, for --from-evidence')
    .option('--from-evidence <dir>', 'use saved evidence; if the folder has its own difyctl.yaml, nothing is collected')
    .action(async (options: Options) => {
      const asked = {
        ...readSelection(command.opts()),
        ...readClusterProbes(command.opts()),
        failOn: readFailOn(command.opts()),
        waitMs: readWait(options.wait),
        fromEvidence: options.fromEvidence === undefined ? undefined : resolve(context.cwd, options.fromEvidence),
        saves: options.saveEvidence !== undefined,
      };
      const files = readReportFiles(command.opts(), context.cwd);
      let note = noteLine(context);
      const onNote = (text: string): void => note(text);
      const access = await kubectlAhead(context, asked, onNote);
      const [{ preflight }, { createChecklists, publishReport }] = await Promise.all([
        import('../../operations/preflight/preflight.ts'),
        import('../output/check-output.ts'),
      ]);
      const checklists = await createChecklists(context);
      note = checklists.note;
      const run = preflightRun(context, checklists.start, onNote);
      const outcome = await preflight(run, asked, access).finally(() => access?.reads.close());
      const { report, notes } = outcome.run;
      for (const note of [...outcome.notes, ...notes]) context.stderr.write(`  ! ${oneLine(note)}\n`);
      if (options.saveEvidence !== undefined) {
        const { saveOutcome } = await import('../../operations/preflight/save-outcome.ts');
        const source = asked.fromEvidence ?? dirname(context.configPath);
        await saveOutcome(outcome, source, resolve(context.cwd, options.saveEvidence));
      }
      await publishReport(report, context, { next: nextStep(report), files });
      context.exit(reportExitCode(report));
    });
}

function preflightRun(
  context: CommandContext,
  startChecklist: PreflightRun['startChecklist'],
  onNote: PreflightRun['onNote'],
): PreflightRun {
  let said = '';
  return {
    ...context,
    load: () => loadFileIfExists(context),
    startChecklist,
    onNote,
    onWait: (ids, leftMs) => {
      const text = ids.join(', ');
      if (!context.quiet && text !== said) {
        context.stderr.write(`  waiting for ${text} (${formatDuration(Math.ceil(leftMs / 1_000))} left)\n`);
      }
      said = text;
    },
  };
}

/**
 * Without a file, only the cluster is checked. Its kubectl starts at once, so that it starts up while the checks load.
 */
async function kubectlAhead(
  context: CommandContext,
  { only, fromEvidence }: PreflightOptions,
  onNote: PreflightRun['onNote'],
): Promise<ClusterAccess | undefined> {
  const needsCluster = only.length === 0 || only.some((pattern) => pattern.startsWith('cluster'));
  if (!needsCluster || fromEvidence !== undefined || context.configGiven || existsSync(context.configPath))
    return undefined;
  const { openClusterAccess } = await import('../../operations/preflight/cluster-access.ts');
  const access = openClusterAccess({ ...context, onNote });
  access.reads.begin();
  return access;
}

/** Returns milliseconds, or undefined without `--wait`. Throws UserError if the text is not a duration above zero. */
function readWait(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (isDuration(text) && durationSeconds(text) > 0) return durationSeconds(text) * 1_000;
  throw new UserError('--wait: a duration such as 90s, 15m or 4h');
}

function nextStep({ deployment, tier }: CheckReport): string {
  return deployment === undefined ? `difyctl init --tier ${tier}` : 'difyctl install';
}
