import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../base/json.ts';
import { shellWord } from '../base/shell-word.ts';
import type { FileEdit } from '../deployment/edit.ts';
import { moveFilePaths } from '../deployment/file-paths.ts';
import { kebabFlag } from '../deployment/flag-names.ts';
import { findFlag } from '../deployment/flags.ts';
import { formatPath, readPath, withoutPath } from '../deployment/paths.ts';
import { type PathBases, textOf } from './answer-text.ts';
import { answersOf, currentAnswer } from './answers.ts';
import { changesFor } from './changes.ts';
import { completed, impliedBy } from './complete.ts';
import { flagOf } from './flag-names.ts';
import type { Question } from './question.ts';
import { QUESTIONS } from './questions/all.ts';
import { dataOf, type WizardState } from './state.ts';

/**
 * Returns the command that creates the same file without a terminal, with shell quoting. Values that other answers
 * imply are left out, since the command implies them again. The command has no secret, because the file has none.
 */
export function equivalentCommand(draft: WizardState, file: string, places: PathBases): string {
  const options = equivalentOptions(draft, places);
  const out = file === 'difyctl.yaml' ? [] : ['--out', file];
  return ['difyctl', 'init', '--non-interactive', ...out, ...options].map(shellWord).join(' ');
}

/** The options of that command, without quoting. */
export function equivalentOptions(draft: WizardState, places: PathBases): readonly string[] {
  const implied = impliedPaths(draft);
  const changes = changesFor(draft).filter(({ path }) => !FRAME_PATHS.has(formatPath(path)));
  const data = completed(draft.base, dataOf(draft));
  const said = (path: string): Json | undefined => readPath(data, path.split('.'));
  const shared = QUESTIONS.filter((question) => question.fills.length > 1 && isAnsweredWhole(question, changes, said));
  const covered = new Set([...implied, ...shared.flatMap(({ fills }) => fills)]);
  const options = [
    ...shared.map((question) => ({
      path: question.id,
      words: [flagOf(question), textOf(currentAnswer(question, { explicit: said }) ?? '')],
    })),
    ...changes
      .filter(({ path }) => !covered.has(formatPath(path)))
      .map((change) => ({ path: formatPath(change.path), words: optionFor(change, places) })),
  ];
  return options.toSorted((a, b) => orderOf(a.path) - orderOf(b.path)).flatMap(({ words }) => words);
}

/** The position of the path's question. Paths without a question come last. */
function orderOf(path: string): number {
  const order = QUESTIONS.findIndex(({ fills }) => fills.includes(path));
  return order < 0 ? QUESTIONS.length : order;
}

/** Paths that every new file has. */
const FRAME_PATHS: ReadonlySet<string> = new Set(['apiVersion', 'defaults']);

/** True if a question fills several paths, and all of them change to the same value. */
function isAnsweredWhole(
  question: Question,
  changes: readonly FileEdit[],
  said: (path: string) => Json | undefined,
): boolean {
  const changed = new Set(changes.map(({ path }) => formatPath(path)));
  const [first = ''] = question.fills;
  return question.fills.every((path) => changed.has(path) && isDeepStrictEqual(said(path), said(first)));
}

/** Paths whose values are exactly what the other answers imply. A value that the file had before is not implied. */
function impliedPaths(draft: WizardState): ReadonlySet<string> {
  const data = completed(draft.base, dataOf(draft));
  const held = QUESTIONS.filter((question) => question.codec === undefined && question.fills.length === 1).filter(
    (question) => {
      if (currentAnswer(question, answersOf(draft.base)) !== undefined) return false;
      const without = withoutPath(data, (question.fills[0] ?? '').split('.')) as JsonObject;
      const offer = impliedBy(draft.base, without).find((implied) => implied.question === question)?.offer;
      return offer !== undefined && isDeepStrictEqual(offer.value, currentAnswer(question, answersOf(data)));
    },
  );
  return new Set(held.flatMap(({ fills }) => fills));
}

function optionFor({ path, value }: FileEdit, places: PathBases): readonly string[] {
  const name = formatPath(path);
  const field = settingPath(path);
  if (value === null) return ['--set', `${field}=null`];
  const moved = moveFilePaths(value, path, places.baseDirectory, places.cwd);
  const question = QUESTIONS.find(({ fills }) => fills.length === 1 && fills[0] === name);
  const flag = question === undefined ? kebabFlag(name) : flagOf(question);
  if (findFlag(flag) !== undefined) return [flag, textOf(moved)];
  return ['--set', `${field}=${typeof moved === 'string' ? moved : JSON.stringify(moved)}`];
}

/** Formats a path for --set: a key with `.`, `[`, `]` or `=` is quoted. */
function settingPath(path: FileEdit['path']): string {
  return formatPath(path.map((step) => (typeof step === 'string' && /[.[\]=]/.test(step) ? `"${step}"` : step)));
}
