import type { CheckReport } from '../checks/check.ts';
import { reportJson } from '../report/json.ts';
import { reportLines } from '../report/lines.ts';
import { type LiveChecklist, liveChecklist } from '../report/live.ts';
import { createSpinner } from '../report/spinner.ts';
import { reportText } from '../report/text.ts';
import type { CommandContext } from './context.ts';
import { inCi } from './terminal.ts';

/** The report on stdout in the wished form: for people on a terminal, a line each in logs. */
export function writeReport(report: CheckReport, context: CommandContext, next: string): void {
  context.stdout.write(reportIn(report, context, next));
}

/** The report in the wished form. */
export function reportIn(
  report: CheckReport,
  { output, terminal, env, verbose }: CommandContext,
  next: string,
): string {
  if (output === 'json') return reportJson(report);
  if (!terminal.stdoutIsTerminal || inCi(env)) return reportLines(report);
  const { stdoutColor: color, unicode, width } = terminal;
  return reportText(report, { color, unicode, width, verbose, next });
}

/** The checklist that fills in on a terminal; nothing anywhere else. */
export function startChecklist({ terminal, env, quiet, stderr }: CommandContext): LiveChecklist {
  if (quiet || !terminal.stderrIsTerminal || inCi(env)) return { onEvent: () => undefined, end: () => undefined };
  const { stderrColor: color, unicode, width } = terminal;
  const style = { color, unicode, width };
  return liveChecklist(
    createSpinner((text) => stderr.write(text), style),
    style,
  );
}
