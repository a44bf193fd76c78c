import { Chalk } from 'chalk';

/** How the terminal shows things; decided once per run by what the stream can. */
export interface Theme {
  readonly color: boolean;
  readonly unicode: boolean;
  /** Columns. */
  readonly width: number;
}

/** Takes one text and nothing else: as the callback of `map`, which gives an index and a list too, it does not compile. */
type Paint = (text: string, ...nothing: readonly never[]) => string;

/** The few colours and signs that the wizard uses. Everything that colour says, a word says too. */
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

/** `7 of 20` before a question whose own line takes `columns`; nothing if both together would be folded. */
export function progressBefore(progress: string | undefined, columns: number, look: Theme): string {
  if (progress === undefined || columns + progress.length + 2 >= look.width) return '';
  return `${paletteOf(look).dim(progress)}  `;
}
