/** The Dify release of a file that names none. */
export const DEFAULT_DIFY = '1.16.1';

/** The chart of a file that names none. docs/chart-facts.md has the facts read from it. */
export const DEFAULT_CHART = {
  repo: 'https://borispolonsky.github.io/dify-helm',
  name: 'dify',
  version: '0.38.0',
} as const;
