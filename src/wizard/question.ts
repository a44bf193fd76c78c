import type { Json } from '../base/json.ts';
import type { Suggestions } from './suggestions.ts';

/** What is known when a question is considered. */
export interface Answers {
  /** What the file, a flag or an earlier answer says at a path; undefined where nothing was said. */
  explicit(path: string): Json | undefined;
  /** The same, or else what holds without being asked: the tier's default, or what other answers imply. */
  value(path: string): Json | undefined;
  readonly suggestions: Suggestions;
}

/** How an answer is typed. `secret` is a reference (`env:NAME`), never a secret; `list` is comma separated. */
type AnswerKind = 'select' | 'text' | 'number' | 'secret' | 'confirm' | 'duration' | 'list';

export interface Choice {
  readonly value: string;
  readonly title: string;
  readonly description?: string;
  /** Why it cannot be chosen. */
  readonly unavailable?: string;
}

/**
 * What an unanswered question holds.
 * `default`: the tier's or the schema's own; holds without being asked and is never written.
 * `derived`: follows from other answers; holds without being asked and is written.
 * `suggestion`: found here or usual; offered to a person, and missing where nobody can be asked.
 */
export interface Offer {
  readonly kind: 'default' | 'derived' | 'suggestion';
  readonly value: Json;
  readonly reason?: string;
  /** A derived value that only a new choice brings along: what an older file that is silent means by it, which it keeps. */
  readonly silent?: Json;
}

/**
 * One question: the source of the wizard, the flag, the environment name, the docs and the no-terminal error. Its id is the path it
 * fills, or the name of what it asks where it fills several.
 */
export interface Question {
  readonly id: string;
  /** Paths of the file that get the answer. */
  readonly fills: readonly string[];
  readonly title: string;
  /** Why it is asked: shown for `?` and in the docs. */
  readonly why: string;
  readonly kind: AnswerKind;
  readonly choices?: (answers: Answers) => readonly Choice[];
  /** Choices are examples: another text may be typed. */
  readonly open?: true;
  /** What leaving it out means, if that is the usual answer: shown first, in place of `none` at the end. */
  readonly leftOut?: (answers: Answers) => Omit<Choice, 'value'> | undefined;
  /** `more` is asked at the end, if the operator wants more settings; `rarely` is reached by its flag, by --set and from the review. */
  readonly asked: 'always' | 'more' | 'rarely' | ((answers: Answers) => boolean);
  readonly when: (answers: Answers) => boolean;
  /** Whether the file is incomplete without it. Where it is not, an empty answer leaves the field out. */
  readonly required: boolean | ((answers: Answers) => boolean);
  readonly offer?: (answers: Answers) => Offer | undefined;
  /** For answers that are not simply the value at `fills`. */
  readonly codec?: AnswerCodec;
}

/** How an answer stands in the file. `write` gives the value of `fills[0]`. */
export interface AnswerCodec {
  read(answers: Pick<Answers, 'explicit'>): Json | undefined;
  write(answer: Json, answers: Pick<Answers, 'explicit'>): Json;
  /** What is wrong with a typed text that `write` cannot read; undefined if it can. */
  fault?(text: string): string | undefined;
}

/** Shorthands for `offer`. */
export function byDefault(value: Json): () => Offer {
  return () => ({ kind: 'default', value });
}
export function suggest(value: Json): () => Offer {
  return () => ({ kind: 'suggestion', value });
}

/** Shorthand for `when`: every path has one of the values. */
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
