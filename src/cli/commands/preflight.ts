import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { durationSeconds, formatDuration, isDuration } from '../../base/duration.ts';
import { UserError } from '../../base/errors.ts';
import { oneLine } from '../../base/printable.ts';
import type { CheckReport } from '../../checks/check.ts';
import { reportExitCode } from '../../checks/exit.ts';
import type { LoadedDeployment } from '../../deployment/load.ts';
import type { PreflightOptions, PreflightRun } from '../../operations/preflight/options.ts';
import type { EarlyAccess } from '../../operations/preflight/preflight.ts';
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
      // Saved evidence may have a file of its own.
      const loaded = asked.fromEvidence === undefined ? await loadFileIfExists(context) : undefined;
      const early = await openEarly(context, asked, loaded, onNote);
      const [{ preflight }, { createChecklists, publishReport }] = await Promise.all([
        import('../../operations/preflight/preflight.ts'),
        import('../output/check-output.ts'),
      ]);
      const checklists = await createChecklists(context);
      note = checklists.note;
      const load = () => (asked.fromEvidence === undefined ? Promise.resolve(loaded) : loadFileIfExists(context));
      const run = preflightRun(context, { startChecklist: checklists.start, onNote, load });
      const outcome = await preflight(run, asked, early).finally(() => (early.live ?? early.cluster)?.reads.close());
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
  own: Pick<PreflightRun, 'startChecklist' | 'onNote' | 'load'>,
): PreflightRun {
  let said = '';
  return {
    ...context,
    ...own,
    onWait: (ids, leftMs) => {
      const text = ids.join(', ');
      if (!context.quiet && text !== said) {
        context.stderr.write(`  waiting for ${text} (${formatDuration(Math.ceil(leftMs / 1_000))} left)\n`);
      }
      said = text;
    },
  };
}

/** Starts kubectl before the checks are loaded, so that both start up at the same time. */
async function openEarly(
  context: CommandContext,
  { only, fromEvidence }: PreflightOptions,
  loaded: LoadedDeployment | undefined,
  onNote: PreflightRun['onNote'],
): Promise<EarlyAccess> {
  const needsCluster = only.length === 0 || only.some((pattern) => pattern.startsWith('cluster'));
  if (!needsCluster || fromEvidence !== undefined) return {};
  if (loaded !== undefined) {
    const { openLive } = await import('../../operations/preflight/live-access.ts');
    return { live: openLive({ ...context, onNote }, loaded) };
  }
  const { openClusterAccess } = await import('../../operations/preflight/cluster-access.ts');
  const cluster = openClusterAccess({ ...context, onNote });
  cluster.reads.begin();
  return { cluster };
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
