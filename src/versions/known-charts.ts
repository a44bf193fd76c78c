import type { ChartProfile } from './chart-profile.ts';
import { CHART_PROFILES } from './chart-profiles.ts';
import { DIFY_PROFILES } from './dify-profile.ts';

/**
 * Charts of the community repository and the Dify release that each installs. Sources: Chart.yaml of its tags, and its
 * release pages from 0.38.0 on.
 */
const CHART_RELEASES: Readonly<Record<string, string>> = {
  '0.31.0': '1.9.1',
  '0.32.0': '1.10.0',
  '0.33.0': '1.10.0',
  '0.34.0': '1.10.1-fix.1',
  '0.35.0': '1.10.1-fix.1',
  '0.36.0': '1.12.1',
  '0.37.0': '1.14.2',
  '0.38.0-rc1': '1.16.1',
  '0.38.0-rc2': '1.16.1',
  '0.38.0': '1.16.1',
  '0.39.0-rc1': '1.17.0',
  '0.40.0': '1.18.0',
};

/** The Dify release that a chart of the community repository installs. Undefined if the chart is not listed. */
export function releaseOfChart(version: string): string | undefined {
  return CHART_RELEASES[version];
}

/**
 * The profile of a chart. A chart whose templates were not read gets the newest profile; the chart's values then decide
 * which keys are valid.
 */
export function chartProfile(name: string, version: string): ChartProfile {
  const own = name === 'dify' ? CHART_PROFILES.find((profile) => profile.version === version) : undefined;
  return own ?? { ...newestChart(), version, knownFrom: 'release notes' };
}

function newestChart(): ChartProfile {
  const newest = CHART_PROFILES.at(-1);
  if (newest === undefined) throw new Error('no chart is known');
  return newest;
}

/** Charts of the community repository that are rendered, oldest first. */
export function renderedCharts(): readonly string[] {
  return [...new Set(DIFY_PROFILES.flatMap(({ charts }) => charts.toReversed()))];
}

/** Each rendered chart and the releases that fit it, oldest first: `0.37.0 with Dify 1.14.2`. */
export function knownPairs(): readonly string[] {
  return renderedCharts().map((chart) => {
    const fitting = DIFY_PROFILES.filter(({ charts }) => charts.includes(chart)).map(({ version }) => version);
    return `${chart} with Dify ${fitting.join(' or ')}`;
  });
}
