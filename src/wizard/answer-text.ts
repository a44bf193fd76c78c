import { isObject, type Json } from '../base/json.ts';
import { type Override, readOverrides } from '../deployment/overrides.ts';
import { formatSecretText, parseSecretText, SECRET_TEXT_FORMS } from '../deployment/secret-text.ts';
import { flagOf } from './flag-names.ts';
import type { Answers, Question } from './question.ts';

/**
 * The base folders of paths: typed paths are relative to `cwd`, written paths to `baseDirectory`, the folder of the
 * file.
 */
export interface PathBases {
  readonly cwd: string;
  readonly baseDirectory: string;
}

/**
 * Returns a value in the form of its flag: `env:NAME` for a reference, commas in a list, JSON if there is no other
 * form.
 */
export function textOf(value: Json): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',');
  return formatSecretText(value) ?? JSON.stringify(value);
}

/**
 * An answer, or what is wrong with it. The fault never repeats the text: it may be a secret that was typed by mistake.
 */
export type ReadAnswer = { readonly overrides: readonly Override[] } | { readonly fault: string };

/** Reads a typed answer with the same rules as the question's flag. */
export function readAnswer(question: Question, text: string, answers: Answers, places: PathBases): ReadAnswer {
  const noReference = question.kind === 'secret' ? referenceFault(text, answers) : undefined;
  if (noReference !== undefined) return { fault: noReference };
  const unreadable = question.codec?.fault?.(text);
  if (unreadable !== undefined) return { fault: unreadable };
  const flag = flagOf(question);
  const value = question.codec === undefined ? text : JSON.stringify(question.codec.write(text, answers));
  const { overrides, problems } = readOverrides(
    { flags: [{ flag, value }], sets: [], env: {}, cwd: places.cwd },
    places.baseDirectory,
  );
  const [problem] = problems;
  return problem === undefined ? { overrides } : { fault: problem.message };
}

/**
 * Returns the fault of a secret reference. All secrets of the wizard belong to external servers, so that difyctl cannot
 * generate them; and only a cluster has Kubernetes Secrets.
 */
function referenceFault(text: string, { value }: Answers): string | undefined {
  const reference = parseSecretText(text);
  const forms = value('target.type') === 'compose' ? 'env:NAME or file:PATH' : SECRET_TEXT_FORMS;
  if (!isObject(reference)) return `Do not enter the secret itself. Enter a reference: ${forms}.`;
  if ('generated' in reference) return `difyctl cannot create a secret of another server. Enter a reference: ${forms}.`;
  if ('external' in reference && value('secrets.provider') !== 'external-secrets') {
    return `A store needs secrets.provider: external-secrets. Enter a reference: ${forms}.`;
  }
  const isUnreachable = 'kubernetes' in reference && value('target.type') === 'compose';
  return isUnreachable ? `A Compose deployment has no cluster to read from. Enter a reference: ${forms}.` : undefined;
}

/** The overrides that remove a field from the file. */
export function noAnswer({ fills }: Question, source: string): readonly Override[] {
  return fills.map((path) => ({ path: path.split('.'), value: null, source }));
}
