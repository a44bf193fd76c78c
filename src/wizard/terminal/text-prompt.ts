import { createPrompt, isEnterKey, useKeypress, useState } from '@inquirer/core';
import { wrap } from '../../base/wrap.ts';
import { type Outcome, useEndOfInput } from './outcome.ts';
import { paletteOf, progressBefore, type Theme } from './theme.ts';

/** The answer to a text question: typed, Enter alone, or left out. */
export type TextAnswer =
  | { readonly kind: 'typed'; readonly text: string }
  | { readonly kind: 'enter' }
  | { readonly kind: 'left-out' };

export interface TextConfig {
  readonly title: string;
  /** Shown before the title. */
  readonly progress?: string | undefined;
  readonly why: string;
  readonly look: Theme;
  /** The displayed value for Enter. */
  readonly enter: string | undefined;
  readonly reason: string | undefined;
  readonly optional: boolean;
  /** True to clear an invalid answer from the screen: it may be a secret. */
  readonly wipe: boolean;
  readonly faultOf: (text: string) => string | undefined;
}

/** The input that leaves a field out. */
const LEAVE_OUT = '-';

/**
 * A prompt for one line of text. Esc goes back, `?` on the empty line explains, Enter alone accepts the offered value.
 */
export const textPrompt = createPrompt<Outcome<TextAnswer>, TextConfig>((config, done) => {
  const [typed, setTyped] = useState('');
  const [fault, setFault] = useState('');
  const [explained, setExplained] = useState(false);
  const [ended, setEnded] = useState<Outcome<TextAnswer> | undefined>(undefined);
  const end = (outcome: Outcome<TextAnswer>): void => {
    setEnded(outcome);
    done(outcome);
  };
  useEndOfInput(() => end({ kind: 'leave' }));
  useKeypress((key, readline) => {
    if (ended !== undefined) return;
    if (key.name === 'escape') return end({ kind: 'back' });
    if (isEnterKey(key)) {
      const read = readLine(typed, config);
      if ('answer' in read) return end({ kind: 'answer', value: read.answer });
      if (config.wipe) setTyped('');
      else readline.write(typed);
      return setFault(read.fault);
    }
    if (readline.line === '?') {
      readline.clearLine(0);
      setTyped('');
      return setExplained(!explained);
    }
    setTyped(readline.line);
    setFault('');
  });
  return ended === undefined ? [openLine(config, typed), below(config, fault, explained)] : closedLine(config, ended);
});

type ReadLine = { readonly answer: TextAnswer } | { readonly fault: string };

function readLine(typed: string, { enter, optional, faultOf }: TextConfig): ReadLine {
  const text = typed.trim();
  if (text === '' && enter !== undefined) return { answer: { kind: 'enter' } };
  if (text === '' || text === LEAVE_OUT) {
    return optional ? { answer: { kind: 'left-out' } } : { fault: 'Required.' };
  }
  const fault = faultOf(text);
  return fault === undefined ? { answer: { kind: 'typed', text } } : { fault };
}

function openLine({ title, progress, enter, look }: TextConfig, typed: string): string {
  const { bold, dim, signs } = paletteOf(look);
  const offered = enter !== undefined && typed === '' ? ` ${dim(`(${enter})`)}` : '';
  const rest = title.length + (offered === '' ? 0 : (enter ?? '').length + 3) + typed.length + 6;
  const before = progressBefore(progress, rest, look);
  return `  ${before}${bold(title)}${offered} ${signs.ask} ${typed}`;
}

function below({ why, reason, optional, enter, look }: TextConfig, fault: string, explained: boolean): string {
  const { bad, dim } = paletteOf(look);
  const leaveOut = enter === undefined ? 'Press Enter to skip' : `Enter ${LEAVE_OUT} to clear`;
  return [
    ...(fault === '' ? [] : wrap(fault, look.width - 1, 4).map((line) => bad(line))),
    ...(reason === undefined ? [] : wrap(reason, look.width - 1, 4).map((line) => dim(line))),
    ...(explained ? wrap(why, look.width - 1, 4) : []),
    ...(optional ? [dim(`    ${leaveOut}`)] : []),
  ].join('\n');
}

function closedLine({ title, enter, look }: TextConfig, outcome: Outcome<TextAnswer>): string {
  const { answer, dim, signs } = paletteOf(look);
  if (outcome.kind !== 'answer') return `  ${dim(title)}`;
  const { value } = outcome;
  const text = value.kind === 'typed' ? value.text : value.kind === 'enter' ? (enter ?? '') : signs.none;
  return `  ${signs.done} ${title}  ${answer(text)}`;
}
