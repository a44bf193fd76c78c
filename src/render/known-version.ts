import { UserError } from '../base/errors.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { difyProfile } from '../versions/dify-profile.ts';
import { knownPairs, releaseOfChart } from '../versions/known-charts.ts';
import { lineOf, renderedVersions, whyNotRendered } from '../versions/known-releases.ts';
import type { ChartFacts } from './rendered.ts';

/** Throws UserError (exit 2) if the Dify version is not rendered for the deployment's target. */
export function refuseUnknownVersion({ version, target }: Pick<Deployment, 'version' | 'target'>): void {
  const why = whyNotRendered(version, target.type);
  if (why === undefined) return;
  throw new UserError(`Dify ${version} cannot be rendered: ${why}`, {
    problems: [{ path: 'version', message: `${version}: ${why}` }],
    next: [`set version to one of ${renderedVersions(target.type).join(', ')}`],
  });
}

/**
 * Throws UserError (exit 2) if the chart of the community repository is made for another minor line of Dify. Returns
 * for a chart that is not listed: `checkChartKeys` checks its keys.
 */
export function refuseOtherChart(version: string, facts: Pick<ChartFacts, 'name' | 'version'>): void {
  const made = facts.name === 'dify' ? releaseOfChart(facts.version) : undefined;
  if (made === undefined || lineOf(made) === lineOf(version)) return;
  const fitting = difyProfile(version)?.charts.join(' or ') ?? '';
  throw new UserError(`chart dify ${facts.version} installs Dify ${made}, but the file says version ${version}`, {
    problems: [{ path: 'target.chart', message: `${facts.version} is for Dify ${made}` }],
    next: [
      `set target.chart.version to ${fitting}, or version to the release of the chart; these fit: ${knownPairs().join(', ')}`,
    ],
  });
}
