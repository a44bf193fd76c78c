import { newestRevision, type Revision } from './revision.ts';

/** The installed versions, from the newest revision that was applied. */
export interface InstalledVersions {
  readonly revision: number;
  readonly dify: string | undefined;
  /** Kubernetes only. */
  readonly chart: string | undefined;
}

/**
 * Returns the installed versions. Returns undefined if no revision was applied successfully, and after an uninstall.
 */
export function installedVersions(revisions: readonly Revision[]): InstalledVersions | undefined {
  const newest = appliedRevision(revisions);
  if (newest === undefined) return undefined;
  const { number, file, chart } = newest;
  const dify = typeof file.version === 'string' ? file.version : undefined;
  return { revision: number, dify, chart: chart?.version };
}

/** Returns the versions in words: `Dify 1.16.1, chart 0.38.0`. */
export function versionWords({ dify, chart }: InstalledVersions): string {
  const words = [...(dify === undefined ? [] : [`Dify ${dify}`]), ...(chart === undefined ? [] : [`chart ${chart}`])];
  return words.length === 0 ? 'versions not recorded' : words.join(', ');
}

/**
 * Returns the newest revision that was applied successfully. Returns undefined if there is none, and after an
 * uninstall.
 */
export function appliedRevision(revisions: readonly Revision[]): Revision | undefined {
  if (newestRevision(revisions)?.outcome === 'removed') return undefined;
  return newestRevision(revisions.filter(({ outcome }) => outcome === 'applied'));
}
