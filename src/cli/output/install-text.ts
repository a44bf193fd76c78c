import { oneLine } from '../../base/printable.ts';
import { wrap } from '../../base/wrap.ts';
import { FIRST_ADMINISTRATOR_IS_SET } from '../../checks/app/answers.ts';
import type { CheckReport } from '../../checks/check.ts';
import { isBlocked } from '../../checks/exit.ts';
import type { InstallReport } from '../../operations/report.ts';
import { arrow, paint, type Style, sign } from '../../report/style.ts';
import type { ApplyFailure } from '../../targets/target.ts';
import type { CommandContext } from '../frame/context.ts';
import { reportForPeople } from './check-output.ts';
import { commitLines } from './commit-text.ts';
import { changeLines } from './plan-text.ts';
import { resultStyle } from './progress.ts';
import { rehearsalText } from './rehearsal-text.ts';

/** The result of an install as text: the failure with its cause and next steps, or the address of Dify. */
export function installText(report: InstallReport, context: CommandContext): string {
  const style = resultStyle(context);
  const { outcome, preflight, postflight, failure, rehearsal } = report;
  if (outcome === 'blocked' && rehearsal !== undefined)
    return rehearsalText(rehearsal, style) + lines(['  Nothing was changed.']);
  if (outcome === 'blocked')
    return reportForPeople(preflight, context, 'difyctl install') + lines(['  Nothing was changed.']);
  if (outcome === 'dry-run') return lines(dryRunLines(report, style));
  if (failure !== undefined) return lines(failureLines(failure, report, style));
  if (postflight !== undefined && isBlocked(postflight)) {
    const state = lines([...stateLines(report), ...commitLines(report.commit, style)]);
    return reportForPeople(postflight, context, 'difyctl status') + state;
  }
  return lines([
    ...stateLines(report),
    ...commitLines(report.commit, style),
    ...answerLines(report),
    ...timerLines(report, style),
    ...nextLines(report),
    ...(report.commit?.outcome === 'failed' ? [`  exit ${report.exitCode}`] : []),
  ]);
}

function dryRunLines({ plan, commit }: InstallReport, style: Style): readonly string[] {
  const changes = plan?.changes ?? [];
  return [
    ...changeLines(changes, style, true),
    ...(changes.length === 0 ? ['  Nothing to change.'] : []),
    ...commitLines(commit, style),
    '  This was a dry run: nothing was changed.',
  ];
}

function failureLines(
  { summary, failures, state }: NonNullable<InstallReport['failure']>,
  report: InstallReport,
  style: Style,
): readonly string[] {
  return [
    `  ${sign(style, 'fail')} ${paint(style, 'strong', oneLine(summary))}`,
    ...failures.flatMap((failure) => oneFailure(failure, style)),
    ...wrap(`state: ${state}`, style.width, 5),
    ...['re-run the same command to resume', 'difyctl status', ...undoSteps(report)].map(
      (step) => `     ${arrow(style)} ${step}`,
    ),
    `  exit ${report.exitCode}`,
  ];
}

/**
 * Steps to undo the change. Empty after a rollback. Otherwise `helm rollback`, which returns to the previous revision;
 * a first install can only be uninstalled.
 */
function undoSteps({ outcome, target, releaseRevision = 0, deployment, location }: InstallReport): readonly string[] {
  if (outcome === 'rolled-back') return [];
  const namespace = location?.find(({ name }) => name === 'namespace')?.value;
  if (target === 'kubernetes' && releaseRevision > 1 && namespace !== undefined) {
    return [`roll back: helm rollback ${deployment} -n ${namespace}`];
  }
  return [`remove it: difyctl uninstall ${deployment}`];
}

function oneFailure({ workload, reason, logs, events }: ApplyFailure, style: Style): readonly string[] {
  return [
    ...wrap(`${workload}   ${reason}`, style.width, 5),
    ...events.flatMap((text) => wrap(text, style.width, 7)),
    ...logs.map((text) => `       | ${oneLine(text)}`),
  ];
}

function stateLines({ outcome, revision, deployment }: InstallReport): readonly string[] {
  const what = outcome === 'unchanged' ? 'matches the file; nothing was changed' : 'is installed';
  return [`  ${deployment} ${what}${revision === undefined ? '' : ` (revision ${revision})`}.`];
}

/**
 * The address of Dify, and whether the first administrator is set, as observed by postflight. If postflight did not
 * check it, the line says so.
 */
function answerLines({ address, postflight }: InstallReport): readonly string[] {
  const setup = postflight?.checks.find(({ id }) => id === 'app.setup');
  if (setup === undefined || setup.status === 'skip') {
    return [`  Dify's address is ${address} (not tested${setup === undefined ? '' : `: ${setup.message}`}).`];
  }
  const isSet = setup.observed === FIRST_ADMINISTRATOR_IS_SET;
  const administrator = isSet
    ? `${capitalized(setup.observed)}.`
    : `Create the first administrator now: ${address}/install`;
  return [...addressLines(address, postflight), `  ${administrator}`];
}

/**
 * "Dify answers at" is used only for an address that was requested and answered. Otherwise the text says what was
 * tried.
 */
function addressLines(address: string, postflight: CheckReport | undefined): readonly string[] {
  const seen = postflight?.checks.find(({ id }) => id === 'app.public-url');
  if (seen?.status === 'pass' && seen.note === undefined) return [`  Dify answers at ${address}.`];
  const tried =
    seen === undefined ? 'it was not requested' : `tested from this machine: ${seen.observed || seen.message}`;
  return [`  Dify is up and answers inside the installation. Its address is ${address}; ${tried}.`];
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function timerLines({ asRoot = [] }: InstallReport, style: Style): readonly string[] {
  if (asRoot.length === 0) return [];
  return [
    '  Enable the timers of the backups, as root:',
    ...asRoot.map((command) => `     ${arrow(style)} ${command}`),
  ];
}

function nextLines({ target }: InstallReport): readonly string[] {
  const logs = target === 'kubernetes' ? 'kubectl logs' : 'docker compose logs';
  return [`  Status: difyctl status     History: difyctl history     Logs: ${logs}`];
}

function lines(text: readonly string[]): string {
  return `${text.join('\n')}\n`;
}
