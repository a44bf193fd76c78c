import type { Command } from 'commander';
import { reportExitCode } from '../checks/exit.ts';
import { loadDeployment } from '../deployment/load.ts';
import { runPostflight } from '../install/postflight.ts';
import { prepareToLook } from '../install/prepare.ts';
import { addSelectionOptions, readSelection } from './check-options.ts';
import { checklistStarter, publishReport } from './check-output.ts';
import type { CommandContext } from './context.ts';
import { addReportOption, readReportFiles } from './report-files.ts';

/** `difyctl postflight`: looks whether what was installed serves, and changes nothing. */
export function define(command: Command, context: CommandContext): void {
  addReportOption(addSelectionOptions(command)).action(async () => {
    const selection = readSelection(command.opts());
    const files = readReportFiles(command.opts(), context.cwd);
    const { deployment, baseDirectory } = await loadDeployment(context.configPath, context.overrides);
    const { env, now, signal, timeoutMs, kubeconfig, kubeContext, protect } = context;
    const prepared = await prepareToLook({
      deployment,
      baseDirectory,
      env,
      kubeconfig,
      context: kubeContext,
      signal,
      protect,
    });
    try {
      const { onEvent, end } = (await checklistStarter(context))();
      const run = await runPostflight(prepared, { ...selection, env, now, signal, timeoutMs, onEvent }).finally(end);
      await publishReport(run.report, context, { next: 'difyctl status', files });
      context.exit(reportExitCode(run.report));
    } finally {
      await prepared.dispose();
    }
  });
}
