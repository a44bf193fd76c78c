import type { Choice, Question } from './question.ts';
import type { Review } from './review.ts';

export interface Progress {
  readonly number: number;
  /** Grows if an answer brings further questions along. */
  readonly total: number;
}

/** A question as it is put to a person. */
export interface Prompt {
  readonly question: Question;
  readonly choices: readonly Choice[];
  /** What Enter takes; undefined where something must be typed. */
  readonly enter: EnterValue | undefined;
  /** Whether it may be left out. */
  readonly optional: boolean;
  /** What leaving it out means, if that is the usual answer. */
  readonly leftOut: Omit<Choice, 'value'> | undefined;
  /** The how manieth of how many questions; absent for a line that is edited, and before target and tier are known. */
  readonly progress?: Progress;
  /** What is wrong with a typed answer; undefined where it is right. */
  readonly faultOf: (text: string) => string | undefined;
}

/** What Enter takes. `held` holds without being said: the file's own value, a default, or what other answers imply. */
export interface EnterValue {
  readonly text: string;
  readonly held: boolean;
  readonly reason?: string;
}

export type Reply =
  | { readonly kind: 'typed'; readonly text: string }
  /** Enter on a value that holds anyway. */
  | { readonly kind: 'kept' }
  | { readonly kind: 'left-out' }
  | { readonly kind: 'back' };

export type ReviewReply = 'write' | 'edit' | 'back';

/** The terminal, as the wizard sees it. Every method throws Interrupted for Ctrl-C and for the end of the input. */
export interface WizardIo {
  ask(prompt: Prompt): Promise<Reply>;
  /** Whether the settings with these titles are asked too. */
  more(titles: readonly string[]): Promise<'yes' | 'no' | 'back'>;
  /** Leaving from here throws Interrupted, too. */
  review(review: Review): Promise<ReviewReply>;
  /** Which line to edit; undefined for none. */
  chooseLine(questions: readonly LineChoice[]): Promise<Question | undefined>;
  /** A word between two questions. */
  say(notes: readonly Note[]): void;
}

/** A sentence, or a row of a table. */
export type Note = string | { readonly label: string; readonly text: string };

export interface LineChoice {
  readonly question: Question;
  /** What it says now, for people. */
  readonly text: string;
}
