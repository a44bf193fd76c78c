import { basename, dirname } from 'node:path';
import { type Problem, UserError } from '../base/errors.ts';
import { editDeployment, type FileEdit } from '../deployment/edit.ts';
import { validateDeployment } from '../deployment/load.ts';
import { type OverrideInput, readOverrides } from '../deployment/overrides.ts';
import { formatPath, type Path } from '../deployment/paths.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { readSource } from '../deployment/source.ts';
import { changesFor } from './changes.ts';
import { completed } from './complete.ts';
import { missingAnswers } from './missing.ts';
import { missingProblems } from './missing-answers-text.ts';
import { dataOf, type WizardState } from './state.ts';

/** The file, which may not exist yet, with the overrides of the command line and the environment. */
export interface OpenedFile {
  /** Absolute. */
  readonly path: string;
  /** Undefined if the file does not exist. */
  readonly text: string | undefined;
  readonly draft: WizardState;
  readonly warnings: readonly Problem[];
}

/**
 * Reads the file and the overrides. Throws UserError if the file is not valid YAML, or if a flag, a variable or --set
 * cannot be read.
 */
export function openFile(path: string, text: string | undefined, input: OverrideInput): OpenedFile {
  const source = text === undefined || text.trim() === '' ? undefined : readSource(text);
  const { overrides, problems, warnings } = readOverrides(input, dirname(path));
  const faults = [...(source?.problems ?? []), ...problems];
  if (faults.length > 0) {
    throw new UserError(`${basename(path)} was not changed: ${countOf(faults.length, 'problem')}`, {
      problems: faults,
    });
  }
  return { path, text, draft: { base: source?.data ?? {}, said: [overrides] }, warnings };
}

/** The content to write, and what it means. */
export interface FinishedFile {
  readonly text: string;
  readonly changes: readonly FileEdit[];
  readonly deployment: Deployment;
  readonly warnings: readonly Problem[];
}

/**
 * Builds the file from a state. Throws UserError (exit 2) with all missing and invalid answers, each with its flag and
 * environment variable.
 */
export function finishFile({ path, text, warnings }: OpenedFile, draft: WizardState): FinishedFile {
  const data = completed(draft.base, dataOf(draft));
  const missing = missingProblems(missingAnswers(data));
  const judged = validateDeployment(data);
  const source = text === undefined ? undefined : readSource(text);
  const place = (at: Path): Partial<Problem> => source?.placeOf(at) ?? {};
  if ('problems' in judged || missing.length > 0) {
    const wrong = ('problems' in judged ? judged.problems : [])
      .filter((problem) => missing.length === 0 || isSaid(draft, problem.path))
      .map((problem) => ({ path: formatPath(problem.path), message: problem.message, ...place(problem.path) }));
    throw incomplete(basename(path), missing, wrong, warnings);
  }
  const changes = changesFor(draft);
  const notes = judged.warnings.map((one) => ({ path: formatPath(one.path), message: one.message }));
  return {
    text: editDeployment(text, changes),
    changes,
    deployment: judged.deployment,
    warnings: [...warnings, ...notes],
  };
}

/**
 * The error for missing or invalid answers. Its next steps include the warnings: a misspelled variable is often the
 * reason for a missing answer.
 */
function incomplete(
  name: string,
  missing: readonly Problem[],
  wrong: readonly Problem[],
  warnings: readonly Problem[],
): UserError {
  const parts = [
    ...(missing.length === 0 ? [] : [`${countOf(missing.length, 'answer')} missing`]),
    ...(wrong.length === 0 ? [] : [countOf(wrong.length, 'problem')]),
  ];
  return new UserError(`${name} cannot be written: ${parts.join(', ')}`, {
    problems: [...wrong, ...missing],
    next: [
      ...warnings.map(({ path, message }) => `${path}: ${message}`),
      ...(missing.length === 0 ? [] : ['set them with flags, variables or --set, or run difyctl init in a terminal']),
    ],
  });
}

/**
 * True if an override set the path. While answers are missing, problems at other paths are only consequences of that.
 */
function isSaid({ said }: WizardState, path: Path): boolean {
  const name = formatPath(path);
  return said.flat().some((override) => {
    const over = formatPath(override.path);
    return name === over || name.startsWith(`${over}.`) || name.startsWith(`${over}[`);
  });
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
