import type * as z from 'zod';
import { isObject, type Json, type JsonObject } from '../base/json.ts';
import { SECRET_REF_KINDS } from '../base/secret-ref.ts';
import { nearest } from '../base/suggest.ts';
import { DEPLOYMENT_FILE, type FileKind } from './file-kind.ts';
import { formatPath, type Path, type PathProblem, readPath } from './paths.ts';
import { shapesAt } from './schema/shape.ts';
import { unknownKeyMessage } from './unknown-keys.ts';

type Issue = z.core.$ZodIssue;

const NO_SECRET_HERE = 'do not write the secret itself; write a reference: { env: NAME } or { file: PATH }';

/** A file as data, with its kind. */
interface Reading {
  readonly data: JsonObject;
  readonly file: FileKind;
  /** How many keys may still get a suggestion: each suggestion compares the key with all known keys. */
  readonly suggestions: { left: number };
}

/** More than are shown. */
const MOST_SUGGESTIONS = 100;

/** Converts zod's issues to problems in plain words. Values are never repeated: a misplaced value may be a secret. */
export function problemsOfIssues(
  issues: readonly Issue[],
  data: JsonObject,
  file: FileKind = DEPLOYMENT_FILE,
): readonly PathProblem[] {
  const reading: Reading = { data, file, suggestions: { left: MOST_SUGGESTIONS } };
  return issues.flatMap((issue) => problemsOfIssue(issue, issue.path.map(step), reading));
}

function step(key: PropertyKey): string | number {
  return typeof key === 'number' ? key : String(key);
}

function problemsOfIssue(issue: Issue, path: Path, reading: Reading): readonly PathProblem[] {
  const { data, file, suggestions } = reading;
  const secret = secretAbove(path, file);
  if (secret !== undefined) {
    return [{ path: secret, message: secretMessage(issue, secret, readPath(data, secret), file) }];
  }
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: suggestions.left-- > 0 ? unknownKeyMessage(path, key, data, file.shape) : 'unknown key',
      }));
    case 'invalid_union':
      return unionProblems(issue, path, reading);
    case 'invalid_type':
      return [{ path, message: typeMessage(issue.expected, path, readPath(data, path), file) }];
    case 'invalid_value':
      return [{ path, message: choiceMessage(issue.values.map(String), path, readPath(data, path), file) }];
    case 'too_small':
    case 'too_big':
      return [{ path, message: limitMessage(issue) }];
    case 'invalid_key':
      return [{ path, message: issue.issues.map(({ message }) => message).join('; ') }];
    default:
      return [{ path, message: issue.message }];
  }
}

/**
 * The problem of a union. A discriminated union lists its choices; any other union reports the problems of the branch
 * that fits best.
 */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, path: Path, reading: Reading): readonly PathProblem[] {
  const { data, file } = reading;
  if (issue.errors.length === 0) {
    const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : [];
    const choices = options.filter((option) => typeof option === 'string');
    return [{ path, message: choiceMessage(choices, path, readPath(data, path), file) }];
  }
  const value = readPath(data, path);
  const deeper = issue.errors.filter((branch) =>
    branch.every((inner) => inner.code !== 'invalid_type' || inner.path.length > 0),
  );
  const best = (isObject(value) ? deeper : []).toSorted((a, b) => wrongness(a) - wrongness(b))[0];
  if (best === undefined)
    return [{ path, message: issue.message === 'Invalid input' ? choicesOfKinds(issue) : issue.message }];
  return best.flatMap((inner) => problemsOfIssue(inner, [...path, ...inner.path.map(step)], reading));
}

/** The number of problems of a branch. An unknown key counts twice, a missing one once. */
function wrongness(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? 2 * issue.keys.length : 1), 0);
}

function choicesOfKinds(issue: z.core.$ZodIssueInvalidUnion): string {
  const messages = issue.errors.flatMap((branch) =>
    branch.map((inner) => (inner.code === 'invalid_type' ? kindWords(inner.expected) : inner.message)),
  );
  return [...new Set(messages)].join(', or ');
}

function secretAbove(path: Path, { shape }: FileKind): Path | undefined {
  const lengths = Array.from({ length: path.length }, (_, index) => index + 1);
  const length = lengths.find((count) => shapesAt(path.slice(0, count), shape).some(({ kind }) => kind === 'secret'));
  return length === undefined ? undefined : path.slice(0, length);
}

/** What is wrong with a secret reference. The message never contains the value. */
function secretMessage(issue: Issue, path: Path, value: Json | undefined, file: FileKind): string {
  if (value === undefined)
    return neededMessage(path, 'a reference to the secret, such as { env: NAME } or { file: PATH }', file);
  if (!isObject(value)) return NO_SECRET_HERE;
  const known = Object.keys(value).filter((key) => SECRET_REF_KINDS.includes(key));
  if (known.length !== 1 || Object.keys(value).length !== 1) return `${NO_SECRET_HERE}, and no other key`;
  if (issue.code !== 'invalid_union') return issue.message;
  const branch = issue.errors.find((errors) => errors.every((inner) => inner.path[0] === known[0]));
  const inner = branch?.[0];
  if (inner === undefined || inner.code === 'invalid_type' || inner.code === 'invalid_value') {
    return `${known[0]}: ${SECRET_HINTS[known[0] ?? ''] ?? NO_SECRET_HERE}`;
  }
  return inner.code === 'unrecognized_keys'
    ? `${known[0]}: ${SECRET_HINTS[known[0] ?? ''] ?? ''}`
    : `${inner.path.join('.')}: ${inner.message}`;
}

const SECRET_HINTS: Readonly<Record<string, string>> = {
  env: 'the name of an environment variable',
  file: 'the path of a file',
  kubernetes: 'name and key of a Kubernetes Secret, such as { kubernetes: { name: dify-db, key: password } }',
  generated: 'true, or remove the line',
};

function typeMessage(expected: string, path: Path, value: Json | undefined, file: FileKind): string {
  const shape = shapesAt(path, file.shape)[0];
  const choices =
    shape !== undefined && 'choices' in shape && shape.choices.length > 0
      ? `one of ${shape.choices.join(', ')}`
      : undefined;
  const wanted = choices ?? kindWords(expected);
  if (value === undefined) return neededMessage(path, choices ?? file.describe(path) ?? wanted, file);
  if (value === null) return `empty; write ${wanted}, or remove the line`;
  if (expected === 'string' && typeof value !== 'object') return `${wanted}; put it in quotes`;
  if (typeof value === 'string' && (expected === 'number' || expected === 'int' || expected === 'boolean'))
    return `${wanted}, without quotes`;
  return wanted;
}

const KIND_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and values below it',
  record: 'keys and values below it',
};

function kindWords(expected: string): string {
  return KIND_WORDS[expected] ?? expected;
}

function choiceMessage(choices: readonly string[], path: Path, value: Json | undefined, file: FileKind): string {
  const list = choices.length === 1 ? `${choices[0]}` : `one of ${choices.join(', ')}`;
  if (value === undefined) return neededMessage(path, list, file);
  if (value === null) return `empty; write ${list}`;
  const refused = REFUSED_BY_NAME[formatPath(path)]?.[String(value)];
  if (refused !== undefined) return `${String(value)}: ${refused}`;
  const meant = typeof value === 'string' && choices.length > 1 ? nearest(value, choices) : undefined;
  return meant === undefined ? list : `${list}; did you mean ${meant}?`;
}

/** Values that users expect but that are not possible, each with the reason. */
const REFUSED_BY_NAME: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'redis.topology': { cluster: 'Celery cannot use Redis Cluster as its broker; use sentinel' },
  'objectStorage.provider': { minio: 'MinIO speaks S3; write provider: s3 with its endpoint and addressStyle: path' },
  'target.type': { docker: 'write compose', helm: 'write kubernetes', k8s: 'write kubernetes' },
};

/** The message for a missing field, with the flag that sets it. */
function neededMessage(path: Path, what: string, file: FileKind): string {
  const flag = file.flagFor(path);
  return flag === undefined ? `needed: ${what}` : `needed: ${what} (${flag})`;
}

function limitMessage(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const few = issue.code === 'too_small';
  const limit = String(few ? issue.minimum : issue.maximum);
  if (issue.origin === 'string' || issue.origin === 'array') {
    if (few && issue.minimum === 1) return issue.message.startsWith('Too') ? 'may not be empty' : issue.message;
    return `${few ? 'at least' : 'at most'} ${limit} ${issue.origin === 'array' ? 'entries' : 'characters'}`;
  }
  const bound = issue.inclusive === false ? (few ? 'more than' : 'less than') : few ? 'at least' : 'at most';
  return `${bound} ${limit}`;
}
