import type { Command } from 'commander';
import { reportExitCode } from '../../checks/exit.ts';
import { ALL_CHECKS } from '../../checks/registry.ts';
import { refuseOtherPhase } from '../../checks/select.ts';
import { audit } from '../../operations/audit/audit.ts';
import { openAudit } from '../../operations/audit/open.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { addFailOnOption, addSelectionOptions, readFailOn, readSelection } from '../input/check-options.ts';
import { loadFileIfExists } from '../input/load-if-exists.ts';
import { createChecklists, publishReport } from '../output/check-output.ts';
import { addReportOption, readReportFiles } from '../output/report-files.ts';

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl audit --release dify --namespace dify', 'Judge a Helm release that others made, without a file.'],
  ['difyctl audit --project dify --report audit.html', 'Judge a Compose project, and write the report as a page.'],
];

interface Options {
  readonly release?: string;
  readonly project?: string;
}

/** `difyctl audit`: judges an installation that anyone may have made. Read-only. */
export function define(command: Command, context: CommandContext): void {
  addReportOption(addFailOnOption(addSelectionOptions(command)))
    .option('--release <name>', 'the Helm release to audit, with --namespace')
    .option('--project <name>', 'the Compose project to audit')
    .action(async ({ release, project }: Options) => {
      const selection = readSelection(command.opts());
      refuseOtherPhase(ALL_CHECKS, 'audit', selection.only);
      const failOn = readFailOn(command.opts());
      const files = readReportFiles(command.opts(), context.cwd);
      const { start, note: onNote } = await createChecklists(context);
      const load = () => loadFileIfExists(context);
      const opened = await openAudit({ ...context, onNote, load }, { release, project });
      const { env, now, signal, timeoutMs } = context;
      const { onEvent, end } = start();
      const options = { ...opened, ...selection, failOn, env, now, signal, timeoutMs, onEvent };
      const report = await audit(options).finally(async () => {
        end();
        await opened.reads.close();
      });
      await publishReport(report, context, { next: 'difyctl audit --report audit.html', files });
      context.exit(reportExitCode(report));
    });
}
