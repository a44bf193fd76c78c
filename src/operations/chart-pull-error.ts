import { ExternalError } from '../base/errors.ts';
import type { KubernetesTarget } from '../deployment/schema/target.ts';
import { failureOf, REFUSED } from '../exec/failures.ts';

type PulledChart = Exclude<KubernetesTarget['chart'], { readonly path: string }>;

/**
 * The error for a failed `helm pull`: the repository, the cause and the ways out. The message does not contain helm's
 * own lines.
 */
export function chartPullError(chart: PulledChart, error: ExternalError): ExternalError {
  return new ExternalError(messageOf(chart, error), {
    cause: error,
    ...(error.command === undefined ? {} : { command: error.command }),
    next: [...loginStep(chart, error), ...waysOut(chart)],
  });
}

function messageOf(chart: PulledChart, error: ExternalError): string {
  const text = error.stderr.join('\n');
  if ('oci' in chart) {
    const version = chart.version === undefined ? '' : ` ${chart.version}`;
    return `the chart ${chart.oci}${version} cannot be pulled: ${causeOf(error)}`;
  }
  const { repo, name, version } = chart;
  if (/no chart name found/.test(text)) return `the chart repository ${repo} has no chart ${name}`;
  if (/chart "[^"]*" (?:matching|version) [^\n]* not found|no chart version found/.test(text)) {
    return `the chart repository ${repo} has no ${name} ${version}`;
  }
  if (/chart "[^"]*" not found/.test(text)) return `the chart repository ${repo} has no chart ${name}`;
  return `the chart repository ${repo} cannot be used: ${causeOf(error)}`;
}

function causeOf(error: ExternalError): string {
  return failureOf(error.stderr).cause ?? error.message;
}

/** The next step for a missing or refused login. A registry may report a chart as not found if there is no login. */
function loginStep(chart: PulledChart, error: ExternalError): readonly string[] {
  const isRefused = causeOf(error) === REFUSED;
  if (chart.username !== undefined) {
    return isRefused ? ['check target.chart.username and the secret of target.chart.password'] : [];
  }
  const fields = 'set target.chart.username and target.chart.password';
  if ('oci' in chart) return [`if the registry requires a login: ${fields}, or run helm registry login HOST`];
  return isRefused ? [`if the repository requires a login: ${fields}`] : [];
}

function waysOut(chart: PulledChart): readonly string[] {
  if ('oci' in chart) {
    const version = chart.version === undefined ? '' : ` --version ${chart.version}`;
    return [
      `check it with: helm pull ${chart.oci}${version}`,
      'or pull the chart on another machine, and set --target-chart-path to the archive',
    ];
  }
  const { repo, name, version } = chart;
  return [
    `on a machine that reaches it: helm pull ${name} --repo ${repo} --version ${version}`,
    `then use the archive: --target-chart-path ${name}-${version}.tgz`,
    'or use a mirror in a registry: --target-chart-oci oci://REGISTRY/PATH/dify',
  ];
}
