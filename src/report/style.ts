import { Chalk } from 'chalk';
import type { Status } from '../checks/check.ts';

/** How much a terminal can show. */
export interface Style {
  readonly color: boolean;
  readonly unicode: boolean;
  /** Columns. */
  readonly width: number;
}

export type Tone = 'good' | 'bad' | 'care' | 'quiet' | 'strong';

/** Whether colours are wanted was decided by the caller (NO_COLOR, --no-color, the stream); the sixteen basic ones are in every terminal. */
const chalk = new Chalk({ level: 1 });
/** Each takes one text and nothing else: as the callback of `map`, which gives an index and a list too, it does not compile. */
const PAINTS: Readonly<Record<Tone, (text: string, ...nothing: readonly never[]) => string>> = {
  good: (text) => chalk.green(text),
  bad: (text) => chalk.red(text),
  care: (text) => chalk.yellow(text),
  quiet: (text) => chalk.dim(text),
  strong: (text) => chalk.bold(text),
};

/** The text in a tone, or as it is where colours are off. */
export function paint({ color }: Pick<Style, 'color'>, tone: Tone, text: string): string {
  return color ? PAINTS[tone](text) : text;
}

const TONES: Readonly<Record<Status, Tone>> = {
  pass: 'good',
  warn: 'care',
  fail: 'bad',
  skip: 'quiet',
  unknown: 'care',
};
const UNICODE: Readonly<Record<Status, string>> = { pass: '✔', warn: '!', fail: '✖', skip: '-', unknown: '?' };
const ASCII: Readonly<Record<Status, string>> = { pass: 'ok', warn: '!', fail: 'x', skip: '-', unknown: '?' };

/** A status as one sign, said by its shape as well as by its colour. */
export function sign(style: Style, status: Status): string {
  return paint(style, TONES[status], (style.unicode ? UNICODE : ASCII)[status]);
}

export function toneOf(status: Status): Tone {
  return TONES[status];
}

/** What stands before the next step. */
export function arrow({ unicode }: Style): string {
  return unicode ? '→' : '->';
}

/** What stands between facts of one line. */
export function dot({ unicode }: Style): string {
  return unicode ? '·' : '-';
}
