import { resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import type { CheckReport } from '../../checks/check.ts';
import { formatOfFile, REPORT_ENDINGS, type ReportFormat, reportAs } from '../../report/formats.ts';
import { redactedReport } from '../../report/redacted.ts';
import type { CommandContext } from '../frame/context.ts';
import { RepeatableOption } from '../frame/repeatable-option.ts';

/** A file that gets the report, in addition to stdout. */
export interface ReportFile {
  readonly path: string;
  readonly format: ReportFormat;
}

/**
 * Adds `--report FILE`, which can be repeated. The file extension chooses the format. `what` names the report if a
 * command has several.
 */
export function addReportOption(command: Command, what = 'the report'): Command {
  const summary = `also write ${what} there, repeatable; the format is chosen by file extension: ${REPORT_ENDINGS.join(' ')}`;
  return command.addOption(new RepeatableOption('--report <file>', summary));
}

/**
 * Reads the option of `addReportOption`. Throws UserError for an unknown extension, before any evidence is collected.
 */
export function readReportFiles(options: Readonly<Record<string, unknown>>, cwd: string): readonly ReportFile[] {
  const paths = Array.isArray(options.report) ? options.report.map(String) : [];
  return paths.map((path) => {
    const format = formatOfFile(path);
    if (format !== undefined) return { path: resolve(cwd, path), format };
    throw new UserError(
      `--report: the file extension selects the format and must be one of ${REPORT_ENDINGS.join(', ')}`,
    );
  });
}

/** Writes the report to each file atomically, with all known secrets redacted. */
export async function writeReportFiles(
  files: readonly ReportFile[],
  report: CheckReport,
  { redact }: CommandContext,
): Promise<void> {
  const safe = redactedReport(report, redact);
  for (const { path, format } of files) await writeFileAtomic(path, await reportAs(format, safe));
}
