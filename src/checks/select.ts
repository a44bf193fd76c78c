import picomatch from 'picomatch';
import { UserError } from '../base/errors.ts';
import { nearest } from '../base/suggest.ts';
import type { Check, Phase } from './check.ts';

export interface Selection {
  readonly run: readonly Check[];
  /** Left out by `--skip`: shown as skipped, never silently gone. */
  readonly skipped: readonly Check[];
}

/**
 * The checks of a phase that `--only` and `--skip` leave: ids, a subject alone (`redis`), or globs (`cluster.*`, `*.reachable`).
 * Throws UserError naming the nearest id for a pattern that no check of either phase matches.
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
  return patterns.some((pattern) => isMatch(pattern, check.id));
}

/** Dots separate the words of an id, but `cluster.*` means everything below, as users of shells expect of ids. */
function isMatch(pattern: string, id: string): boolean {
  return id === pattern || id.startsWith(`${pattern}.`) || picomatch.isMatch(id, pattern);
}

function refuseUnknown(checks: readonly Check[], flag: string, patterns: readonly string[]): void {
  const ids = checks.map((check) => check.id);
  const problems = patterns
    .filter((pattern) => !ids.some((id) => isMatch(pattern, id)))
    .map((pattern) => {
      const near = nearest(pattern, ids);
      return {
        path: flag,
        message: `no check is called ${pattern}${near === undefined ? '' : `; did you mean ${near}?`}`,
      };
    });
  if (problems.length === 0) return;
  throw new UserError(problems.map((problem) => `${problem.path}: ${problem.message}`).join('\n'), {
    problems,
    next: ['difyctl checks'],
  });
}
