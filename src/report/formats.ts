import type { CheckReport } from '../checks/check.ts';
import { reportJson } from './json.ts';
import { reportLines } from './lines.ts';

/** A form in which a whole report can be written to a file or a pipe. */
export type ReportFormat = 'lines' | 'json' | 'junit' | 'html';

const WRITERS: Readonly<Record<ReportFormat, () => Promise<(report: CheckReport) => string>>> = {
  lines: async () => (report) => reportLines(report, { verbose: true }),
  json: async () => reportJson,
  junit: async () => (await import('./junit.ts')).reportJunit,
  html: async () => (await import('./html/page.ts')).reportHtml,
};

/** The report in one of its forms. */
export async function reportAs(format: ReportFormat, report: CheckReport): Promise<string> {
  const write = await WRITERS[format]();
  return write(report);
}

const BY_ENDING: Readonly<Record<string, ReportFormat>> = {
  '.json': 'json',
  '.xml': 'junit',
  '.html': 'html',
  '.htm': 'html',
  '.txt': 'lines',
};
export const REPORT_ENDINGS = Object.keys(BY_ENDING);

/** The form that a file's name asks for by its ending; undefined for any other ending. */
export function formatOfFile(path: string): ReportFormat | undefined {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? undefined : BY_ENDING[path.slice(dot).toLowerCase()];
}
