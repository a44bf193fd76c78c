import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { durationSeconds, isDuration } from '../base/duration.ts';
import { UserError } from '../base/errors.ts';
import type { CheckReport } from '../checks/check.ts';
import { reportExitCode } from '../checks/exit.ts';
import { addLookOptions, addSelectionOptions, readLook, readSelection } from './check-options.ts';
import { publishReport } from './check-output.ts';
import type { CommandContext } from './context.ts';
import { look } from './look.ts';
import { addReportOption, readReportFiles } from './report-files.ts';

interface Options {
  readonly saveEvidence?: string;
  readonly fromEvidence?: string;
  readonly wait?: string;
}

/** `difyctl preflight`: looks at everything that an install would stand on, and leaves it as it is. */
export function define(command: Command, context: CommandContext): void {
  addReportOption(addLookOptions(addSelectionOptions(command)))
    .option('--wait <duration>', 'look again at what fails, until it passes or the time is over')
    .option('--save-evidence <dir>', 'write what was observed, redacted, for --from-evidence')
    .option('--from-evidence <dir>', 'judge what was observed elsewhere; beside a file of its own nothing is looked at')
    .action(async (options: Options) => {
      const wishes = {
        ...readSelection(command.opts()),
        ...readLook(command.opts()),
        waitMs: readWait(options.wait),
        fromEvidence: options.fromEvidence === undefined ? undefined : resolve(context.cwd, options.fromEvidence),
        saves: options.saveEvidence !== undefined,
      };
      const files = readReportFiles(command.opts(), context.cwd);
      const { run, deployment, redact, notes, origin } = await look(context, wishes);
      for (const note of [...notes, ...run.notes]) context.stderr.write(`  ! ${note}\n`);
      if (options.saveEvidence !== undefined) {
        const directory = resolve(context.cwd, options.saveEvidence);
        const [{ saveEvidence }, { saveOrigin }, { savePolicy }] = await Promise.all([
          import('../evidence/saved.ts'),
          import('../evidence/saved-origin.ts'),
          import('../install/policy.ts'),
        ]);
        const saved = await savePolicy(deployment, wishes.fromEvidence ?? dirname(context.configPath), directory);
        await saveEvidence(directory, run.evidence, saved, redact);
        if (origin !== undefined) await saveOrigin(directory, origin);
      }
      await publishReport(run.report, context, { next: nextStep(run.report), files });
      context.exit(reportExitCode(run.report));
    });
}

/** Milliseconds. */
function readWait(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (isDuration(text) && durationSeconds(text) > 0) return durationSeconds(text) * 1_000;
  throw new UserError(`--wait ${text}: a duration such as 90s, 15m or 4h`);
}

function nextStep({ deployment, tier }: CheckReport): string {
  return deployment === undefined ? `difyctl init --tier ${tier}` : 'difyctl install';
}
