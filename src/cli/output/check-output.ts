import { relative } from 'node:path';
import type { CheckReport } from '../../checks/check.ts';
import { reportAnnotations } from '../../report/annotations.ts';
import { reportAs } from '../../report/formats.ts';
import { reportLines } from '../../report/lines.ts';
import type { LiveChecklist } from '../../report/live.ts';
import { redactedReport } from '../../report/redacted.ts';
import { reportText } from '../../report/text.ts';
import type { CommandContext } from '../frame/context.ts';
import { inCi } from '../frame/terminal.ts';
import { noteLine } from './note-line.ts';
import { type ReportFile, writeReportFiles } from './report-files.ts';

/**
 * Writes the report to stdout in the chosen format, and to every file of `--report`. In GitHub Actions, also writes the
 * findings as annotations.
 */
export async function publishReport(
  report: CheckReport,
  context: CommandContext,
  { next, files }: { readonly next: string; readonly files: readonly ReportFile[] },
): Promise<void> {
  await writeReportFiles(files, report, context);
  const { output, env, stdout } = context;
  const safe = redactedReport(report, context.redact);
  stdout.write(output === 'text' ? reportForPeople(safe, context, next) : await reportAs(output, safe));
  if (env.GITHUB_ACTIONS === 'true') context.annotate(reportAnnotations(safe, fileInRepository(report, context)));
}

/** The report as text: laid out for a terminal, one line per check in logs. */
export function reportForPeople(report: CheckReport, { terminal, env, verbose }: CommandContext, next: string): string {
  if (!terminal.stdoutIsTerminal || inCi(env)) return reportLines(report, { verbose });
  const { stdoutColor: color, unicode, width } = terminal;
  return reportText(report, { color, unicode, width, verbose, next });
}

function fileInRepository(
  { deployment }: CheckReport,
  { configPath, configIsInput, env, cwd }: CommandContext,
): string | undefined {
  return deployment === undefined || configIsInput === true
    ? undefined
    : relative(env.GITHUB_WORKSPACE ?? cwd, configPath);
}

/** The checklists of a run, one at a time, and the notes between their lines. */
export interface Checklists {
  start(): LiveChecklist;
  /** Writes a line to stderr. The checklist continues below it. */
  note(text: string): void;
}

/** Creates checklists that update on a terminal. Without one, in CI and with --quiet, they show nothing. */
export async function createChecklists(context: CommandContext): Promise<Checklists> {
  const { terminal, env, quiet } = context;
  const note = noteLine(context);
  if (quiet || !terminal.stderrIsTerminal || inCi(env))
    return { start: () => ({ onEvent: () => undefined, end: () => undefined }), note };
  const [{ liveChecklist }, { createSpinner }] = await Promise.all([
    import('../../report/live.ts'),
    import('../../report/spinner.ts'),
  ]);
  const { stderrColor: color, unicode, width } = terminal;
  const style = { color, unicode, width };
  const spinner = createSpinner((text) => context.draw(text), style);
  return {
    start: () => liveChecklist(spinner, style),
    note: (text) => {
      spinner.clear();
      note(text);
    },
  };
}
