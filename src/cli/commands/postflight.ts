import type { Command } from 'commander';
import { refuseInapplicable } from '../../checks/applicable.ts';
import { reportExitCode } from '../../checks/exit.ts';
import { ALL_CHECKS, CHECKS } from '../../checks/registry.ts';
import { refuseOtherPhase } from '../../checks/select.ts';
import { runPostflight } from '../../operations/postflight.ts';
import { prepare } from '../../operations/prepare.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { addFailOnOption, addSelectionOptions, readFailOn, readSelection } from '../input/check-options.ts';
import { loadFile } from '../input/load-file.ts';
import { openInput } from '../input/session.ts';
import { createChecklists, publishReport } from '../output/check-output.ts';
import { addReportOption, readReportFiles } from '../output/report-files.ts';

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl postflight', 'Check that the installation works.'],
  ['difyctl postflight --fail-on warn --report postflight.xml', 'Use the checks as a strict gate of a pipeline.'],
];

/** `difyctl postflight`: checks that the installation works. Read-only. */
export function define(command: Command, context: CommandContext): void {
  addReportOption(addFailOnOption(addSelectionOptions(command))).action(async () => {
    const selection = readSelection(command.opts());
    const failOn = readFailOn(command.opts());
    refuseOtherPhase(ALL_CHECKS, 'postflight', selection.only);
    const files = readReportFiles(command.opts(), context.cwd);
    const loaded = await loadFile(context);
    const { deployment } = loaded;
    refuseInapplicable(CHECKS, ['postflight'], selection.only, { deployment, tier: deployment.tier });
    const { env, now, signal, timeoutMs } = context;
    const { start, note: onNote } = await createChecklists(context);
    const prepared = await prepare({ ...openInput(context, loaded), unreadable: 'warn', signal, onNote });
    try {
      const { onEvent, end } = start();
      const run = await runPostflight(prepared, { ...selection, failOn, env, now, signal, timeoutMs, onEvent }).finally(
        end,
      );
      await publishReport(run.report, context, { next: 'difyctl status', files });
      context.exit(reportExitCode(run.report));
    } finally {
      await prepared.dispose();
    }
  });
}
