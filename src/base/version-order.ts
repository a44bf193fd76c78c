import coerce from 'semver/functions/coerce.js';
import lt from 'semver/functions/lt.js';

/**
 * Returns true if a version is older than another. Vendors' suffixes (`v1.34.2-eks-1234`, `2.40.3-desktop.1`) do not
 * count. An unreadable version is not older.
 */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [coerce(version), coerce(than)];
  return a !== null && b !== null && lt(a, b);
}

/** Returns the minor number of a version. Returns undefined if the text is not a version. */
export function minorOf(version: string): number | undefined {
  return coerce(version)?.minor;
}
