import { Chalk } from 'chalk';
import type { Status } from '../checks/check.ts';

/** What a terminal can show. */
export interface Style {
  readonly color: boolean;
  readonly unicode: boolean;
  /** Columns. */
  readonly width: number;
}

export type Tone = 'good' | 'bad' | 'care' | 'quiet' | 'strong';

/**
 * The caller decides whether to use colours (NO_COLOR, --no-color, the stream). Every terminal has the sixteen basic
 * ones.
 */
const chalk = new Chalk({ level: 1 });
/**
 * Each accepts only one text. Because of the rest parameter, use as a callback of `map`, which passes an index and an
 * array too, is a compile error.
 */
const PAINTS: Readonly<Record<Tone, (text: string, ...nothing: readonly never[]) => string>> = {
  good: (text) => chalk.green(text),
  bad: (text) => chalk.red(text),
  care: (text) => chalk.yellow(text),
  quiet: (text) => chalk.dim(text),
  strong: (text) => chalk.bold(text),
};

/** Returns the text in a tone; unchanged if colours are off. */
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

/** A status as a sign that differs in shape as well as in colour. */
export function sign(style: Style, status: Status): string {
  return paint(style, TONES[status], (style.unicode ? UNICODE : ASCII)[status]);
}

export function toneOf(status: Status): Tone {
  return TONES[status];
}

/** The sign before a next step. */
export function arrow({ unicode }: Style): string {
  return unicode ? '→' : '->';
}

/** The separator between facts on one line. */
export function dot({ unicode }: Style): string {
  return unicode ? '·' : '-';
}
