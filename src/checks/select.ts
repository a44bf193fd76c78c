import picomatch from 'picomatch';
import { UserError } from '../base/errors.ts';
import { shellWord } from '../base/shell-word.ts';
import { nearest } from '../base/suggest.ts';
import type { Check, Phase } from './check.ts';

export interface Selection {
  readonly run: readonly Check[];
  /** Excluded by `--skip`: reported as skipped, never omitted. */
  readonly skipped: readonly Check[];
}

/**
 * Selects the checks of a phase by `--only` and `--skip`: ids, subjects (`redis`) or globs (`cluster.*`,
 * `*.reachable`). Throws UserError with the nearest id for a pattern that no check of either phase matches.
 */
export function selectChecks(
  checks: readonly Check[],
  phase: Phase,
  only: readonly string[],
  skip: readonly string[],
): Selection {
  refuseUnknown(checks, '--only', only);
  refuseUnknown(checks, '--skip', skip);
  const wanted = checks.filter((check) => check.phases.includes(phase) && (only.length === 0 || matches(check, only)));
  return {
    run: wanted.filter((check) => !matches(check, skip)),
    skipped: wanted.filter((check) => matches(check, skip)),
  };
}

function matches(check: Check, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesCheck(pattern, check.id));
}

/** In characters. Ids have up to 40; picomatch throws if a pattern is much longer than this. */
const LONGEST_PATTERN = 200;

/**
 * True if an id, a subject or a glob matches this check. A `*` matches dots too: `cluster.*` matches
 * `cluster.storage.class`, as users of shells expect.
 */
export function matchesCheck(pattern: string, id: string): boolean {
  if (pattern.length > LONGEST_PATTERN) return false;
  return id === pattern || id.startsWith(`${pattern}.`) || picomatch.isMatch(id, pattern);
}

/** The error for a pattern that matches no check, with the nearest id; undefined if it matches one. */
export function unknownCheck(checks: readonly Check[], pattern: string): string | undefined {
  const ids = checks.map((check) => check.id);
  if (ids.some((id) => matchesCheck(pattern, id))) return undefined;
  const near = nearest(pattern, ids);
  return `unknown check ${pattern}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

/**
 * For a command of one phase. Throws UserError if a pattern of `--only` matches checks of other phases only: the run
 * would be empty and would pass. An install runs preflight and postflight and accepts patterns of either.
 */
export function refuseOtherPhase(checks: readonly Check[], phase: Phase, only: readonly string[]): void {
  const ofOtherPhase = only.filter((pattern) => {
    const meant = checks.filter(({ id }) => matchesCheck(pattern, id));
    return meant.length > 0 && meant.every(({ phases }) => !phases.includes(phase));
  });
  if (ofOtherPhase.length === 0) return;
  const other = checks.find(({ id }) => matchesCheck(ofOtherPhase[0] ?? '', id))?.phases[0];
  throw new UserError(
    ofOtherPhase.map((pattern) => `--only ${pattern}: ${phase} has no such check, only ${other} has`).join('\n'),
    { next: [`difyctl ${other} --only ${ofOtherPhase.map(shellWord).join(',')}`] },
  );
}

function refuseUnknown(checks: readonly Check[], flag: string, patterns: readonly string[]): void {
  const problems = patterns.flatMap((pattern) => {
    const message = unknownCheck(checks, pattern);
    return message === undefined ? [] : [`${flag}: ${message}`];
  });
  if (problems.length === 0) return;
  throw new UserError(problems.join('\n'), { next: ['difyctl checks'] });
}
