/** What is known of a Dify release that difyctl does not render. */
interface KnownRelease {
  readonly version: string;
  readonly why: string;
}

/** Releases whose images, variables and services difyctl renders, oldest first. Source: upstream's compose template of each tag. */
export const RENDERED_VERSIONS: readonly string[] = ['1.16.0', '1.16.1'];

/**
 * Releases that difyctl knows and does not render. Sources: Dify's release notes (1.15.0, 1.16.0-rc1, 1.17.1, 1.18.0), the community chart's pull requests
 * 447, 449 and 455, and Dify's Weaviate migration page.
 */
const KNOWN_RELEASES: readonly KnownRelease[] = [
  { version: '1.17', why: 'it takes DEPLOYMENT_EDITION in place of EDITION, and a renamed sandbox token' },
  { version: '1.18', why: 'it needs a non-empty sandbox token and a PASSWORD_PEPPER that is kept' },
];

/** Charts of the community repository and the Dify release that each installs. Sources: Chart.yaml of its tags, and its release pages from 0.39.0-rc1 on. */
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

/** The chart whose keys difyctl renders. */
export const RENDERED_CHART = '0.38.0';

/** The Dify release that a chart of the community repository installs; undefined for a chart that is not listed. */
export function releaseOfChart(version: string): string | undefined {
  return CHART_RELEASES[version];
}

/** Why a Dify version is not rendered, as words to follow its number; undefined for one that is. */
export function whyNotRendered(version: string): string | undefined {
  if (RENDERED_VERSIONS.includes(version)) return undefined;
  const line = version.split('.').slice(0, 2).join('.');
  const known = KNOWN_RELEASES.find((release) => release.version === line);
  if (known !== undefined) return `difyctl does not render ${line} yet: ${known.why}`;
  const isOlderLine = line !== '1.16' && Number(line.split('.')[0]) <= 1 && Number(line.split('.')[1]) < 16;
  if (!isOlderLine) return 'difyctl knows no release of that number';
  return 'releases before 1.16 have no agent backend and other variables, which difyctl does not render';
}
