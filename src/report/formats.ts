import { documentText } from '../base/document.ts';
import type { CheckReport } from '../checks/check.ts';
import { reportLines } from './lines.ts';

/** A format in which a whole report can be written to a file or a pipe. */
export type ReportFormat = 'lines' | 'json' | 'junit' | 'html';

const WRITERS: Readonly<Record<ReportFormat, () => Promise<(report: CheckReport) => string>>> = {
  lines: async () => (report) => reportLines(report, { verbose: true }),
  json: async () => documentText,
  junit: async () => (await import('./junit.ts')).reportJunit,
  html: async () => (await import('./html/page.ts')).reportHtml,
};

/** Returns the report in a format. */
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

/** Returns the format for the extension of a file name. Undefined for an unknown extension. */
export function formatOfFile(path: string): ReportFormat | undefined {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? undefined : BY_ENDING[path.slice(dot).toLowerCase()];
}
