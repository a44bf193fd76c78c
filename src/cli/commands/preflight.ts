import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { durationSeconds, isDuration } from '../../base/duration.ts';
import { UserError } from '../../base/errors.ts';
import { oneLine } from '../../base/printable.ts';
import type { CheckReport } from '../../checks/check.ts';
import { reportExitCode } from '../../checks/exit.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import {
  addFailOnOption,
  addLookOptions,
  addSelectionOptions,
  readFailOn,
  readLook,
  readSelection,
} from '../input/check-options.ts';
import type { ClusterAlone } from '../input/cluster-alone.ts';
import type { Looked, Wishes } from '../input/look.ts';
import { addReportOption, readReportFiles } from '../output/report-files.ts';

interface Options {
  readonly saveEvidence?: string;
  readonly fromEvidence?: string;
  readonly wait?: string;
}

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl preflight --report preflight.html', 'Check everything, and write the report as a page.'],
  ["difyctl preflight --only 'postgres.*,redis.*' --wait 10m", 'Check two data services until they pass.'],
];

/** `difyctl preflight`: looks at everything that an install would stand on, and leaves it as it is. */
export function define(command: Command, context: CommandContext): void {
  addReportOption(addFailOnOption(addLookOptions(addSelectionOptions(command))))
    .option('--wait <duration>', 'look again at what fails, until it passes or the time is over')
    .option('--save-evidence <dir>', 'write what was observed, redacted, for --from-evidence')
    .option('--from-evidence <dir>', 'judge what was observed elsewhere; beside a file of its own nothing is looked at')
    .action(async (options: Options) => {
      const wishes = {
        ...readSelection(command.opts()),
        ...readLook(command.opts()),
        failOn: readFailOn(command.opts()),
        waitMs: readWait(options.wait),
        fromEvidence: options.fromEvidence === undefined ? undefined : resolve(context.cwd, options.fromEvidence),
        saves: options.saveEvidence !== undefined,
      };
      const files = readReportFiles(command.opts(), context.cwd);
      const ahead = await kubectlAhead(context, wishes);
      const [{ look }, { publishReport }] = await Promise.all([
        import('../input/look.ts'),
        import('../output/check-output.ts'),
      ]);
      const looked = await look(context, wishes, ahead).finally(() => ahead?.reads.close());
      const { report, notes } = looked.run;
      for (const note of [...looked.notes, ...notes]) context.stderr.write(`  ! ${oneLine(note)}\n`);
      if (options.saveEvidence !== undefined) {
        await saveLook(
          looked,
          wishes.fromEvidence ?? dirname(context.configPath),
          resolve(context.cwd, options.saveEvidence),
        );
      }
      await publishReport(report, context, { next: nextStep(report), files });
      context.exit(reportExitCode(report));
    });
}

/** Writes what was observed, its origin and the file it was judged by; `source` is where that file's paths lead from. */
async function saveLook({ run, deployment, redact, origin }: Looked, source: string, directory: string): Promise<void> {
  const [{ saveEvidence }, { saveOrigin }, { savePolicy }] = await Promise.all([
    import('../../evidence/saved.ts'),
    import('../../evidence/saved-origin.ts'),
    import('../../operations/policy.ts'),
  ]);
  const saved = await savePolicy(deployment, source, directory);
  await saveEvidence(directory, run.evidence, saved, redact);
  if (origin !== undefined) await saveOrigin(directory, origin);
}

/** Where there is no file the cluster alone is looked at: its kubectl is started at once, and comes up while the checks are loaded. */
async function kubectlAhead(
  context: CommandContext,
  { only, fromEvidence }: Wishes,
): Promise<ClusterAlone | undefined> {
  const needsCluster = only.length === 0 || only.some((pattern) => pattern.startsWith('cluster'));
  if (!needsCluster || fromEvidence !== undefined || context.configGiven || existsSync(context.configPath))
    return undefined;
  const { clusterAlone } = await import('../input/cluster-alone.ts');
  const ahead = clusterAlone(context);
  ahead.reads.begin();
  return ahead;
}

/** Milliseconds. */
function readWait(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (isDuration(text) && durationSeconds(text) > 0) return durationSeconds(text) * 1_000;
  throw new UserError('--wait: a duration such as 90s, 15m or 4h');
}

function nextStep({ deployment, tier }: CheckReport): string {
  return deployment === undefined ? `difyctl init --tier ${tier}` : 'difyctl install';
}
