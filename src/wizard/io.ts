import type { Choice, Question } from './question.ts';
import type { Review } from './review.ts';

export interface Progress {
  readonly number: number;
  /** Increases if an answer leads to further questions. */
  readonly total: number;
}

/** A question with everything that a prompt shows. */
export interface Prompt {
  readonly question: Question;
  readonly choices: readonly Choice[];
  /** The value for Enter. Undefined if an answer must be typed. */
  readonly enter: EnterValue | undefined;
  /** True if the answer may be left out. */
  readonly optional: boolean;
  /** The choice that leaves the field out, if that is the usual answer. */
  readonly leftOut: Omit<Choice, 'value'> | undefined;
  /**
   * The number of this question and of all open ones. Missing for a line that is edited, and before target and tier are
   * known.
   */
  readonly progress?: Progress;
  /** Returns what is wrong with a typed answer. Undefined if it is valid. */
  readonly faultOf: (text: string) => string | undefined;
}

/**
 * The value for Enter. `held` is true if it applies without an answer: the file's value, a default, or a value implied
 * by other answers.
 */
export interface EnterValue {
  readonly text: string;
  readonly held: boolean;
  readonly reason?: string;
}

export type Reply =
  | { readonly kind: 'typed'; readonly text: string }
  /** Enter on a value that applies anyway. */
  | { readonly kind: 'kept' }
  | { readonly kind: 'left-out' }
  | { readonly kind: 'back' };

export type ReviewReply = 'write' | 'edit' | 'back';

/** The terminal as the wizard uses it. Every method throws Interrupted on Ctrl-C and at the end of the input. */
export interface WizardIo {
  ask(prompt: Prompt): Promise<Reply>;
  /** Asks whether to ask for the settings with these titles too. */
  more(titles: readonly string[]): Promise<'yes' | 'no' | 'back'>;
  /** Shows the review and asks what to do. Cancelling throws Interrupted. */
  review(review: Review): Promise<ReviewReply>;
  /** Asks which line to edit. Undefined for none. */
  chooseLine(questions: readonly LineChoice[]): Promise<Question | undefined>;
  /** Writes notes between two questions. */
  say(notes: readonly Note[]): void;
}

/** A sentence, or a table row. */
export type Note = string | { readonly label: string; readonly text: string };

export interface LineChoice {
  readonly question: Question;
  /** The current value as text. */
  readonly text: string;
}
