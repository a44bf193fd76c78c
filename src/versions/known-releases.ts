import { isOlder } from '../base/version-order.ts';
import type { ComponentName } from '../checklist/components.ts';
import { DIFY_PROFILES, type DifyProfile, difyProfile } from './dify-profile.ts';
import { chartProfile } from './known-charts.ts';

type TargetType = 'kubernetes' | 'compose';

/** Changes for the operator in a release that difyctl does not render. */
export interface ReleaseNotes {
  /** The line, such as `1.17`. */
  readonly line: string;
  readonly changes: readonly string[];
  readonly sources: readonly string[];
}

/** Releases known only from their release notes. The rendered files of 1.16 do not support these changes. */
export const RELEASE_NOTES: readonly ReleaseNotes[] = [
  {
    line: '1.17',
    changes: [
      'DEPLOYMENT_EDITION replaces EDITION, and its value is COMMUNITY',
      'DIFY_AGENT_LOCAL_SANDBOX_AUTH_TOKEN replaces DIFY_AGENT_SHELLCTL_AUTH_TOKEN',
      'a MySQL database must be utf8mb4',
      '1.17.1 runs Weaviate 1.39.2; upgrade 1.27 to it one minor release at a time',
    ],
    sources: [
      'BorisPolonsky/dify-helm pull requests 447, 449, 452, 455 and issue 460',
      'Dify’s Weaviate migration page',
    ],
  },
  {
    line: '1.18',
    changes: [
      'api, worker, agent backend and local sandbox must have images of one release',
      'the token of the local sandbox must not be empty',
      'PASSWORD_PEPPER must be kept through upgrades and backups',
      'chart 0.40.0 sets global.internalApiKey to a published placeholder and runs Weaviate 1.39.13',
    ],
    sources: ['release notes of Dify 1.18.0', 'release page of chart dify-0.40.0'],
  },
];

/** Versions of Dify that are rendered for a target, oldest first. */
export function renderedVersions(target: TargetType): readonly string[] {
  return DIFY_PROFILES.filter((profile) => isRendered(profile, target)).map(({ version }) => version);
}

function isRendered(profile: DifyProfile, target: TargetType): boolean {
  return target === 'compose' ? profile.compose : profile.charts.length > 0;
}

/**
 * Returns why a Dify version is not rendered for a target, as words that follow its number. Undefined if it is
 * rendered.
 */
export function whyNotRendered(version: string, target: TargetType): string | undefined {
  const profile = difyProfile(version);
  if (profile !== undefined) {
    if (isRendered(profile, target)) return undefined;
    return target === 'compose'
      ? `difyctl renders it only on Kubernetes, with chart ${profile.charts.join(' or ')}`
      : 'no chart of the community repository installs it';
  }
  const notes = RELEASE_NOTES.find(({ line }) => line === lineOf(version));
  if (notes !== undefined) return `difyctl does not render ${notes.line} yet: ${notes.changes.join('; ')}`;
  const oldest = renderedVersions(target)[0] ?? '';
  if (isOlder(version, oldest)) return `releases before ${oldest} have other services and variables`;
  return 'difyctl knows no release of that number';
}

/**
 * Components that a release does not have on a target. On Kubernetes this includes those that its newest chart has no
 * block for.
 */
export function absentComponents(version: string, target: TargetType): readonly ComponentName[] {
  const profile = difyProfile(version);
  if (profile === undefined) return [];
  const [chart] = profile.charts;
  const ofChart = target === 'compose' || chart === undefined ? [] : chartProfile('dify', chart).without;
  return [...new Set([...profile.without, ...ofChart])];
}

/** `1.16` of `1.16.1`. */
export function lineOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
