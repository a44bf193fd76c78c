import gte from 'semver/functions/gte.js';
import lt from 'semver/functions/lt.js';
import { BAD_RELEASES, type BadRelease } from '../../checklist/bad-releases.ts';
import { RELEASE_INSTALLED } from '../../evidence/release/installed.ts';
import type { Check } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { warning, withFile } from '../when.ts';

export const releaseKnownFaults: Check = {
  id: 'release.known-faults',
  title: 'the running release has no known serious error',
  phases: ['preflight'],
  severity: warning,
  when: withFile,
  requires: [RELEASE_INSTALLED],
  remedy: 'upgrade to 1.16.1',
  judge: (context) => {
    const expected = 'a release without a known error that endangers data or users';
    const { images } = context.evidence(RELEASE_INSTALLED);
    const versions = [...new Set(images.flatMap(versionOf))];
    const bad = versions.flatMap((version) => faultsOf(version).map((release) => ({ version, ...release })));
    const [first] = bad;
    if (first === undefined)
      return pass(versions.length === 0 ? 'nothing is running yet' : versions.join(', '), expected);
    const observed = bad.map(({ version, why }) => `${version} runs: ${why}`).join('; ');
    return finding('warn', { observed, expected, remedy: first.next });
  },
};

/** The bad releases that a version of Dify is within. */
export function faultsOf(version: string): readonly BadRelease[] {
  return BAD_RELEASES.filter(({ from, below }) => isWithin(version, from, below));
}

/** `1.10.1` of `langgenius/dify-api:1.10.1`; empty if the tag is no version. */
function versionOf(image: string): readonly string[] {
  const tag = /dify-api:(\d+\.\d+\.\d+(?:-[\w.]+)?)/.exec(image)?.[1];
  return tag === undefined ? [] : [tag];
}

/**
 * True if `from` ≤ version < `below`. Dify's `-fix.1` follows the release that it fixes; semver would put it before.
 */
function isWithin(version: string, from: string, below: string): boolean {
  return gte(ranked(version), ranked(from)) && lt(ranked(version), ranked(below));
}

function ranked(version: string): string {
  const [core = '0.0.0', fix] = version.split('-fix.');
  const [major = '0', minor = '0', patch = '0'] = (core.split('-')[0] ?? core).split('.');
  return `${major}.${minor}.${Number(patch) * 100 + Number(fix ?? 0)}`;
}
