import type { Json } from '../base/json.ts';
import type { Suggestions } from './suggestions.ts';

/** The values that a question can depend on. */
export interface Answers {
  /** The value of the file, a flag or an earlier answer at a path. Undefined if there is none. */
  explicit(path: string): Json | undefined;
  /**
   * The explicit value, or else the value that applies without an answer: the tier's default, or what other answers
   * imply.
   */
  value(path: string): Json | undefined;
  readonly suggestions: Suggestions;
}

/** The input form of an answer. `secret` is a reference (`env:NAME`), never a secret. `list` is comma-separated. */
type AnswerKind = 'select' | 'text' | 'number' | 'secret' | 'confirm' | 'duration' | 'list';

export interface Choice {
  readonly value: string;
  readonly title: string;
  readonly description?: string;
  /** The reason why it cannot be chosen. */
  readonly unavailable?: string;
}

/**
 * The value of an unanswered question.
 * `default`: from the tier or the schema; applies without an answer and is never written.
 * `derived`: follows from other answers; applies without an answer and is written.
 * `suggestion`: discovered or usual; offered in a prompt, and missing without a terminal.
 */
export interface Offer {
  readonly kind: 'default' | 'derived' | 'suggestion';
  readonly value: Json;
  readonly reason?: string;
  /**
   * For a derived value that applies only to new choices: the value that an older file without the field has, and
   * keeps.
   */
  readonly silent?: Json;
}

/**
 * One question: the single source of the wizard, the flag, the environment variable, the docs and the no-terminal
 * error. Its id is the path that it fills, or a name if it fills several.
 */
export interface Question {
  readonly id: string;
  /** The paths of the file that get the answer. */
  readonly fills: readonly string[];
  readonly title: string;
  /** The reason for the question: shown for `?` and in the docs. */
  readonly why: string;
  readonly kind: AnswerKind;
  readonly choices?: (answers: Answers) => readonly Choice[];
  /** The choices are examples: another text may be typed. */
  readonly open?: true;
  /**
   * The choice that leaves the field out, if that is the usual answer. It is shown first, instead of `none` at the end.
   */
  readonly leftOut?: (answers: Answers) => Omit<Choice, 'value'> | undefined;
  /**
   * `more`: asked at the end, if the operator wants more settings. `rarely`: set only by its flag, by --set or from the
   * review.
   */
  readonly asked: 'always' | 'more' | 'rarely' | ((answers: Answers) => boolean);
  readonly when: (answers: Answers) => boolean;
  /** True if the file is incomplete without it. If false, an empty answer leaves the field out. */
  readonly required: boolean | ((answers: Answers) => boolean);
  readonly offer?: (answers: Answers) => Offer | undefined;
  /** For answers that differ from the value at `fills`. */
  readonly codec?: AnswerCodec;
}

/** Converts between an answer and its form in the file. `write` returns the value of `fills[0]`. */
export interface AnswerCodec {
  read(answers: Pick<Answers, 'explicit'>): Json | undefined;
  write(answer: Json, answers: Pick<Answers, 'explicit'>): Json;
  /** Returns why `write` cannot read a typed text. Undefined if it can. */
  fault?(text: string): string | undefined;
}

/** Shorthands for `offer`. */
export function byDefault(value: Json): () => Offer {
  return () => ({ kind: 'default', value });
}
export function suggest(value: Json): () => Offer {
  return () => ({ kind: 'suggestion', value });
}

/**
 * The reference of a secret: to the store of External Secrets if the deployment has one, else the usual variable. A
 * store has every required secret, so its reference applies without an answer.
 */
export function referenceTo(variable: string, required: boolean): (answers: Answers) => Offer {
  return ({ explicit }) => {
    if (explicit('secrets.provider') !== 'external-secrets') return { kind: 'suggestion', value: { env: variable } };
    const value = { external: {} };
    return required
      ? { kind: 'derived', value, reason: 'every secret is in the store' }
      : { kind: 'suggestion', value };
  };
}

/** Shorthand for `when`: true if every path has one of its values. */
export function whenever(
  conditions: Readonly<Record<string, string | readonly string[]>>,
): (answers: Answers) => boolean {
  const entries = Object.entries(conditions);
  return (answers) =>
    entries.every(([path, wanted]) => {
      const value = answers.value(path);
      return Array.isArray(wanted) ? wanted.includes(value) : wanted === value;
    });
}

export const always = (): boolean => true;
