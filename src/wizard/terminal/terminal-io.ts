import { Interrupted } from '../../base/errors.ts';
import { styledPrintable } from '../../base/printable.ts';
import type { LineChoice, Prompt, Reply, ReviewReply, WizardIo } from '../io.ts';
import type { Question } from '../question.ts';
import type { Review } from '../review.ts';
import { type ChoiceConfig, type ChoiceLine, choicePrompt } from './choice-prompt.ts';
import type { Outcome } from './outcome.ts';
import { noteLines, reviewLines } from './review-lines.ts';
import { type TextConfig, textPrompt } from './text-prompt.ts';
import type { Theme } from './theme.ts';

export interface TerminalStreams {
  readonly input: NodeJS.ReadableStream;
  /** Destination of prompts: standard error, because standard output is for results. */
  readonly output: NodeJS.WritableStream;
  /** Aborts an open prompt. */
  readonly signal: AbortSignal;
}

/** Values of choices that are not answers. */
const OTHER = '\u0000other';
const NONE = '\u0000none';

/** Creates the wizard's terminal with Inquirer. */
export function terminalIo(streams: TerminalStreams, look: Theme): WizardIo {
  const write = (lines: readonly string[]): void => {
    streams.output.write(lines.map((line) => `${styledPrintable(line, look.color)}\n`).join(''));
  };
  return {
    ask: (prompt) => (prompt.choices.length > 0 ? askChoice(streams, look, prompt) : askText(streams, look, prompt)),
    more: (titles) => askMore(streams, look, titles),
    review: (review) => askReview(streams, look, review, write),
    chooseLine: (lines) => askLine(streams, look, lines),
    say: (notes) => write(noteLines(notes, look)),
  };
}

async function askText(streams: TerminalStreams, look: Theme, prompt: Prompt): Promise<Reply> {
  const { question, enter, optional, faultOf } = prompt;
  const config: TextConfig = {
    title: question.title,
    progress: progressText(prompt),
    why: question.why,
    look,
    enter: enter?.text,
    reason: enter?.reason,
    optional,
    wipe: question.kind === 'secret',
    faultOf,
  };
  const outcome = await ended(streams, (context) => textPrompt(config, context));
  if (outcome === undefined) return { kind: 'back' };
  return outcome.kind === 'enter' ? takenByEnter(prompt) : outcome;
}

/**
 * Asks with choices. Adds a choice to type another value if the choices are examples, and one to leave the field out if
 * it is optional.
 */
async function askChoice(streams: TerminalStreams, look: Theme, prompt: Prompt): Promise<Reply> {
  const { question, enter, optional, leftOut } = prompt;
  const usual: ChoiceLine[] = optional && leftOut !== undefined ? [{ ...leftOut, value: NONE }] : [];
  const extra: ChoiceLine[] = [
    ...(question.open === true ? [{ value: OTHER, title: 'another one' }] : []),
    ...(optional && leftOut === undefined ? [{ value: NONE, title: 'none' }] : []),
  ];
  const known = prompt.choices.some(({ value }) => value === enter?.text);
  const config: ChoiceConfig = {
    title: question.title,
    progress: progressText(prompt),
    why: question.why,
    look,
    choices: [...usual, ...prompt.choices, ...extra],
    start: known ? enter?.text : undefined,
    reason: enter?.reason,
  };
  const value = await ended(streams, (context) => choicePrompt(config, context));
  if (value === undefined) return { kind: 'back' };
  if (value === OTHER) return askText(streams, look, prompt);
  if (value === NONE) return { kind: 'left-out' };
  return value === enter?.text ? takenByEnter(prompt) : { kind: 'typed', text: value };
}

/** `7 of 20`, before the title. */
function progressText({ progress }: Prompt): string | undefined {
  return progress === undefined ? undefined : `${progress.number} of ${progress.total}`;
}

function takenByEnter({ enter }: Prompt): Reply {
  return enter === undefined || enter.held ? { kind: 'kept' } : { kind: 'typed', text: enter.text };
}

async function askMore(
  streams: TerminalStreams,
  look: Theme,
  titles: readonly string[],
): Promise<'yes' | 'no' | 'back'> {
  const choices: readonly ChoiceLine[] = [
    { value: 'no', title: 'no', key: 'n' },
    { value: 'yes', title: 'yes', key: 'y' },
  ];
  const reason = titles.map((title) => title.replace(/ \(.*\)$/, '')).join(', ');
  const why = 'Each has a default, a flag and a line in the review, so you can change it later.';
  const config = { title: 'More settings?', why, look, choices, start: 'no', reason };
  const value = await ended(streams, (context) => choicePrompt(config, context));
  return value === undefined ? 'back' : value === 'yes' ? 'yes' : 'no';
}

async function askReview(
  streams: TerminalStreams,
  look: Theme,
  review: Review,
  write: (lines: readonly string[]) => void,
): Promise<ReviewReply> {
  write(reviewLines(review, look));
  const writable: ChoiceLine = { value: 'write', title: 'write', key: 'w', description: 'w: write the file' };
  const choices: readonly ChoiceLine[] = [
    review.open.length === 0 ? writable : { ...writable, unavailable: 'answers are missing' },
    { value: 'edit', title: 'edit', key: 'e', description: 'e: edit a line' },
    { value: 'leave', title: 'cancel', key: 'q', description: 'q: cancel, nothing is written' },
  ];
  const why =
    'Nothing is written before you choose write. You can change everything later, by hand or with difyctl init.';
  const start = review.open.length === 0 ? 'write' : 'edit';
  const config = { title: 'Write it?', why, look, choices, start };
  const value = await ended(streams, (context) => choicePrompt(config, context));
  if (value === undefined) return 'back';
  if (value === 'leave') throw new Interrupted('Cancelled. Nothing was written.');
  return value === 'write' ? 'write' : 'edit';
}

async function askLine(
  streams: TerminalStreams,
  look: Theme,
  lines: readonly LineChoice[],
): Promise<Question | undefined> {
  const choices = lines.map(({ question, text }) => ({ value: question.id, title: question.id, description: text }));
  const config = { title: 'Which line?', why: 'Type its first letters.', look, choices, start: undefined };
  const value = await ended(streams, (context) => choicePrompt(config, context));
  return lines.find(({ question }) => question.id === value)?.question;
}

type PromptContext = {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  signal: AbortSignal;
  clearPromptOnDone: boolean;
};

/**
 * Returns the answer, or undefined for Esc. Throws Interrupted on Ctrl-C, on an aborted signal and at the end of the
 * input.
 */
async function ended<Value>(
  { input, output, signal }: TerminalStreams,
  prompt: (context: PromptContext) => Promise<Outcome<Value>>,
): Promise<Value | undefined> {
  const outcome = await prompt({ input, output, signal, clearPromptOnDone: false }).catch((error: unknown) => {
    if (error instanceof Error && LEAVING.has(error.name)) {
      throw new Interrupted('Cancelled. Nothing was written.', { cause: error });
    }
    throw error;
  });
  if (outcome.kind === 'leave') throw new Interrupted('The input ended. Nothing was written.');
  return outcome.kind === 'back' ? undefined : outcome.value;
}

/**
 * Names of Inquirer's errors for Ctrl-C and an aborted signal. Their classes are not compared, because a bundle may
 * have them twice.
 */
const LEAVING: ReadonlySet<string> = new Set(['ExitPromptError', 'AbortPromptError']);
