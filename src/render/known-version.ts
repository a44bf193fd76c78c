import { UserError } from '../base/errors.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { difyProfile } from '../versions/dify-profile.ts';
import { knownPairs, releaseOfChart } from '../versions/known-charts.ts';
import { lineOf, renderedVersions, whyNotRendered } from '../versions/known-releases.ts';
import type { ChartFacts } from './rendered.ts';

/** Refuses a Dify version that is not rendered for the deployment's target. Throws UserError (exit 2). */
export function refuseUnknownVersion({ version, target }: Pick<Deployment, 'version' | 'target'>): void {
  const why = whyNotRendered(version, target.type);
  if (why === undefined) return;
  throw new UserError(`Dify ${version} cannot be rendered: ${why}`, {
    problems: [{ path: 'version', message: `${version}: ${why}` }],
    next: [`set version to one of ${renderedVersions(target.type).join(', ')}`],
  });
}

/** Refuses a chart of the community repository that is made for another line of Dify. A chart that is not listed is judged by its keys. Throws UserError (exit 2). */
export function refuseOtherChart(version: string, facts: Pick<ChartFacts, 'name' | 'version'>): void {
  const made = facts.name === 'dify' ? releaseOfChart(facts.version) : undefined;
  if (made === undefined || lineOf(made) === lineOf(version)) return;
  const fitting = difyProfile(version)?.charts.join(' or ') ?? '';
  throw new UserError(`chart dify ${facts.version} installs Dify ${made}, and the file says version ${version}`, {
    problems: [{ path: 'target.chart', message: `${facts.version} is made for Dify ${made}` }],
    next: [
      `set target.chart.version to ${fitting}, or version to the release of the chart; these fit: ${knownPairs().join(', ')}`,
    ],
  });
}
