import { Chalk } from 'chalk';

/** What the stream can show; determined once per run. */
export interface Theme {
  readonly color: boolean;
  readonly unicode: boolean;
  /** Columns. */
  readonly width: number;
}

/**
 * Accepts only one text. Because of the rest parameter, use as a callback of `map`, which passes an index and an array
 * too, is a compile error.
 */
type Paint = (text: string, ...nothing: readonly never[]) => string;

/** The colours and signs of the wizard. Colour never carries information alone. */
export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly bad: Paint;
  readonly answer: Paint;
  readonly signs: { readonly done: string; readonly ask: string; readonly cursor: string; readonly none: string };
}

export function paletteOf({ color, unicode }: Theme): Palette {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  return {
    bold: (text) => chalk.bold(text),
    dim: (text) => chalk.dim(text),
    bad: (text) => chalk.red(text),
    answer: (text) => chalk.cyan(text),
    signs: unicode ? { done: '✔', ask: '›', cursor: '❯', none: '–' } : { done: 'ok', ask: '>', cursor: '>', none: '-' },
  };
}

/** `7 of 20` before a question whose line has `columns` columns. Empty if both together would wrap. */
export function progressBefore(progress: string | undefined, columns: number, look: Theme): string {
  if (progress === undefined || columns + progress.length + 2 >= look.width) return '';
  return `${paletteOf(look).dim(progress)}  `;
}
