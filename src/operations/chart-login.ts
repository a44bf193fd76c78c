import { UserError } from '../base/errors.ts';
import { EXIT } from '../base/exit-codes.ts';
import type { SecretPath } from '../base/secret-ref.ts';
import type { KubernetesTarget } from '../deployment/schema/target.ts';
import type { SecretValues } from '../deployment/secrets.ts';
import type { ChartLogin } from '../exec/chart-login.ts';

const CHART_PASSWORD: SecretPath = 'target.chart.password';

/** True if the chart can be loaded only with a password. */
export function needsLogin(chart: KubernetesTarget['chart']): boolean {
  return !('path' in chart) && chart.username !== undefined;
}

/**
 * Returns the login for the chart, or undefined if the file has none. Throws UserError if the password was not found,
 * because no placeholder may be sent to a server.
 */
export function chartLogin(chart: KubernetesTarget['chart'], secrets: SecretValues): ChartLogin | undefined {
  if ('path' in chart || chart.username === undefined) return undefined;
  const missing = secrets.unresolved.find(({ path }) => path === CHART_PASSWORD);
  if (missing === undefined) return { username: chart.username, password: secrets.get(CHART_PASSWORD) };
  throw new UserError('the chart cannot be pulled: the password for it was not found', {
    exitCode: EXIT.preflight,
    problems: [{ path: CHART_PASSWORD, message: missing.reason }],
    next: ['set the variable, or create the file or Secret that target.chart.password names'],
  });
}
