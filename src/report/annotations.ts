import type { CheckReport, CheckResult } from '../checks/check.ts';
import { blocks } from '../checks/exit.ts';

/**
 * Returns the findings as workflow commands of GitHub Actions, which shows them beside the change: an error for a
 * finding that blocks, a warning for any other. `file` is the deployment file, relative to the repository. Escapes:
 * https://docs.github.com/actions/reference/workflow-commands.
 */
export function reportAnnotations(report: CheckReport, file: string | undefined): string {
  return report.checks
    .filter(({ status }) => status === 'fail' || status === 'unknown' || status === 'warn')
    .map((check) => annotation(check, report, file))
    .join('');
}

function annotation(check: CheckResult, report: CheckReport, file: string | undefined): string {
  const level = blocks(check, report) ? 'error' : 'warning';
  const properties = { ...(file === undefined ? {} : { file }), title: check.id };
  const written = Object.entries(properties).map(([name, value]) => `${name}=${property(value)}`);
  return `::${level} ${written.join(',')}::${data(`${check.message}\nnext: ${check.remedy}`)}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
