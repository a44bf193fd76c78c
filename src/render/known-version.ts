import { UserError } from '../base/errors.ts';
import { RENDERED_CHART, RENDERED_VERSIONS, releaseOfChart, whyNotRendered } from '../checklist/dify-versions.ts';
import type { ChartFacts } from './rendered.ts';

/** Refuses a Dify version whose images and variables are not known, on both targets. Throws UserError (exit 2). */
export function refuseUnknownVersion(version: string): void {
  const why = whyNotRendered(version);
  if (why === undefined) return;
  throw new UserError(`Dify ${version} cannot be rendered: ${why}`, {
    problems: [{ path: 'version', message: `${version}: ${why}` }],
    next: [`set version to one of ${RENDERED_VERSIONS.join(', ')}`],
  });
}

/** Refuses a chart of the community repository that is made for another line of Dify. A chart that is not listed is judged by its keys. Throws UserError (exit 2). */
export function refuseOtherChart(version: string, facts: Pick<ChartFacts, 'name' | 'version'>): void {
  const made = facts.name === 'dify' ? releaseOfChart(facts.version) : undefined;
  if (made === undefined || lineOf(made) === lineOf(version)) return;
  throw new UserError(`chart dify ${facts.version} installs Dify ${made}, and the file says version ${version}`, {
    problems: [{ path: 'target.chart', message: `${facts.version} is made for Dify ${made}` }],
    next: [`set target.chart.version to ${RENDERED_CHART}, which installs ${releaseOfChart(RENDERED_CHART)}`],
  });
}

function lineOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
