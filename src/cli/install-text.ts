import { isBlocked } from '../checks/exit.ts';
import type { InstallReport } from '../install/report.ts';
import { arrow, paint, type Style, sign } from '../report/style.ts';
import { wrap } from '../report/wrap.ts';
import type { ApplyFailure } from '../targets/target.ts';
import { reportIn } from './check-output.ts';
import type { CommandContext } from './context.ts';
import { changeLines } from './plan-text.ts';
import { resultStyle } from './progress.ts';

/** What an install came to, for people: what is wrong with its cause and the next step, or where Dify answers. */
export function installText(report: InstallReport, context: CommandContext): string {
  const style = resultStyle(context);
  const { outcome, preflight, postflight, failure } = report;
  if (outcome === 'blocked') return reportIn(preflight, context, 'difyctl install') + lines(['  Nothing was changed.']);
  if (outcome === 'dry-run') return lines(dryRunLines(report, style));
  if (failure !== undefined) return lines(failureLines(failure, report, style));
  if (postflight !== undefined && isBlocked(postflight)) {
    return reportIn(postflight, context, 'difyctl status') + lines(stateLines(report));
  }
  return lines([...stateLines(report), ...answerLines(report), ...nextLines(report)]);
}

function dryRunLines({ plan }: InstallReport, style: Style): readonly string[] {
  const changes = plan?.changes ?? [];
  return [
    ...changeLines(changes, style, true),
    ...(changes.length === 0 ? ['  Nothing to change.'] : []),
    '  This was a dry run: nothing was changed.',
  ];
}

function failureLines(
  { summary, failures, state }: NonNullable<InstallReport['failure']>,
  report: InstallReport,
  style: Style,
): readonly string[] {
  const undo =
    report.outcome === 'rolled-back' ? [] : ['undo it: helm rollback, or difyctl uninstall for a first install'];
  return [
    `  ${sign(style, 'fail')} ${paint(style, 'strong', summary)}`,
    ...failures.flatMap((failure) => oneFailure(failure, style)),
    ...wrap(`state: ${state}`, style.width, 5),
    ...['the same command goes on from here', 'difyctl status', ...undo].map((step) => `     ${arrow(style)} ${step}`),
    `  exit ${report.exitCode}`,
  ];
}

function oneFailure({ workload, reason, logs, events }: ApplyFailure, style: Style): readonly string[] {
  return [
    ...wrap(`${workload}   ${reason}`, style.width, 5),
    ...events.flatMap((text) => wrap(text, style.width, 7)),
    ...logs.map((text) => `       | ${text}`),
  ];
}

function stateLines({ outcome, revision, deployment }: InstallReport): readonly string[] {
  const what = outcome === 'unchanged' ? 'is as the file says; nothing was changed' : 'is installed';
  return [`  ${deployment} ${what}${revision === undefined ? '' : ` (revision ${revision})`}.`];
}

/** What only a real process could answer was skipped: then nobody can say whether there is an administrator. */
function answerLines({ address, postflight }: InstallReport): readonly string[] {
  const setup = postflight?.checks.find(({ id }) => id === 'app.setup');
  const first = `Set the first administrator now: ${address}/install`;
  return [`  Dify answers at ${address}. ${setup?.status === 'pass' ? setup.observed : first}`.trimEnd()];
}

function nextLines({ target }: InstallReport): readonly string[] {
  const logs = target === 'kubernetes' ? 'kubectl logs' : 'docker compose logs';
  return [`  Watch it: difyctl status     What was done: difyctl history     Logs: ${logs}`];
}

function lines(text: readonly string[]): string {
  return `${text.join('\n')}\n`;
}
