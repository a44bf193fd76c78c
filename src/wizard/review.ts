import type { Json, JsonObject } from '../base/json.ts';
import { formatBytes, formatCpu, parseQuantity } from '../base/quantity.ts';
import { plannedComponents } from '../deployment/components.ts';
import { validateDeployment } from '../deployment/load.ts';
import { formatPath, readPath } from '../deployment/paths.ts';
import { textOf } from './answer-text.ts';
import { answersOf, currentAnswer, isMissing, offerFor } from './answers.ts';
import { changesFor } from './changes.ts';
import { completed, outdated } from './complete.ts';
import { flagOf } from './flag-names.ts';
import type { Answers, Question } from './question.ts';
import { QUESTIONS } from './questions/all.ts';
import { dataOf, isNewFile, type WizardState } from './state.ts';

/** One row of the review: a subject and its values. */
interface ReviewRow {
  readonly subject: string;
  readonly text: string;
}

export interface Review {
  readonly rows: readonly ReviewRow[];
  /** Differences from the existing file, one line each. Missing for a new file. */
  readonly changes?: readonly string[];
  /** Missing and invalid answers. The file cannot be written while there are any. */
  readonly open: readonly string[];
  /** Points that the operator should check. */
  readonly notes: readonly string[];
}

/** The whole file in about a dozen rows, for the last check before writing. Pure. */
export function reviewOf(draft: WizardState): Review {
  const said = dataOf(draft);
  const data = completed(draft.base, said);
  const answers = answersOf(data);
  return {
    rows: SUBJECTS.flatMap(([subject, sections]) => row(subject, sections, answers, requestsOf(data))),
    ...(isNewFile(draft.base) ? {} : { changes: changeLines(draft) }),
    open: openPoints(data, answers),
    notes: outdated(draft.base, said).map(
      ({ question, offer }) =>
        `${question.id} remains ${textOf(currentAnswer(question, answers) ?? '')}; ${textOf(offer.value)} now follows from the other answers (${flagOf(question)})`,
    ),
  };
}

/** `recovery.rpo: 1d -> 15m` for each value that changes. */
function changeLines(draft: WizardState): readonly string[] {
  const shown = (value: Json | undefined): string =>
    value === undefined || value === null ? 'not set' : textOf(value);
  return changesFor(draft).map(
    ({ path, value }) => `${formatPath(path)}: ${shown(readPath(draft.base, path))} -> ${shown(value)}`,
  );
}

/** The answer to a question as text: the explicit value, else the value that applies without one. */
export function currentText(question: Question, answers: Answers): string {
  const said = currentAnswer(question, answers);
  if (said !== undefined) return textOf(said);
  const offer = offerFor(question, answers);
  if (offer === undefined || offer.kind === 'suggestion') return isMissing(question, answers) ? 'missing' : 'not set';
  return textOf(offer.silent ?? offer.value);
}

const SUBJECTS: readonly (readonly [string, readonly string[]])[] = [
  ['target', ['target.']],
  ['tier', ['tier']],
  ['dify', ['edition', 'version', 'name']],
  ['address', ['urls.']],
  ['postgres', ['postgres.']],
  ['redis', ['redis.']],
  ['files', ['objectStorage.']],
  ['vectors', ['vectorStore.', 'acceptedRisks.vector']],
  ['mail', ['mail.']],
  ['size', ['load.', 'components.']],
  ['images', ['images.']],
  ['logs', ['logging.']],
  ['recovery', ['recovery.']],
  ['risks', ['acceptedRisks.host']],
];

/** The explicit values of a subject, and those that are always shown: mode, provider, type. */
function row(
  subject: string,
  prefixes: readonly string[],
  answers: Answers,
  requests: string | undefined,
): readonly ReviewRow[] {
  const texts = QUESTIONS.filter(({ id }) => prefixes.some((prefix) => id.startsWith(prefix)))
    .filter((question) => question.when(answers))
    .filter((question) => isShown(question, answers))
    .map((question) => labelled(question, answers));
  if (subject === 'size' && requests !== undefined) texts.push(requests);
  return texts.length === 0 ? [] : [{ subject, text: [...new Set(texts)].join('\n') }];
}

/** The CPU and memory requests of all components. Undefined while the file is incomplete. */
function requestsOf(data: JsonObject): string | undefined {
  const judged = validateDeployment(data);
  if (!('deployment' in judged)) return undefined;
  const enabled = Object.values(plannedComponents(judged.deployment)).filter((component) => component.enabled);
  const sum = (amount: 'cpu' | 'memory'): number =>
    enabled.reduce((total, { replicas, requests }) => total + replicas * parseQuantity(requests[amount]), 0);
  return `requests ${formatCpu(sum('cpu'))}, ${formatBytes(sum('memory'))}`;
}

function isShown(question: Question, answers: Answers): boolean {
  return currentAnswer(question, answers) !== undefined || ALWAYS_SHOWN.has(question.id);
}

const ALWAYS_SHOWN = new Set([
  'target.namespace',
  'target.directory',
  'edition',
  'version',
  'name',
  'urls.console',
  'postgres.mode',
  'postgres.tls.mode',
  'redis.mode',
  'redis.tls.mode',
  'objectStorage.provider',
  'vectorStore.mode',
  'mail.provider',
  'components.api.replicas',
  'components.worker.replicas',
  'components.web.replicas',
  'components.sandbox.replicas',
]);

/** The title of a question and its answer. */
function labelled(question: Question, answers: Answers): string {
  return `${question.title.replace(/\?$/, '')}: ${currentText(question, answers)}`;
}

function openPoints(data: JsonObject, answers: Answers): readonly string[] {
  const missing = QUESTIONS.filter((question) => isMissing(question, answers));
  const missingPaths = missing.flatMap(({ fills }) => fills);
  const judged = validateDeployment(data);
  const faults = 'deployment' in judged ? [] : judged.problems;
  return [
    ...missing.map((question) => `${question.id} is missing: ${question.title}`),
    ...faults
      .map(({ path, message }) => ({ path: formatPath(path), message }))
      .filter(({ path }) => !missingPaths.some((missed) => missed === path || missed.startsWith(`${path}.`)))
      .map(({ path, message }) => `${path}: ${message}`),
  ];
}
