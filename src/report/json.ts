import type { CheckReport } from '../checks/check.ts';

/** The document of `-o json`. */
export function reportJson(report: CheckReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
