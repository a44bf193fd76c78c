import { Chalk } from 'chalk';

/** How the terminal shows things; decided once per run by what the stream can. */
export interface Look {
  readonly color: boolean;
  readonly unicode: boolean;
  /** Columns. */
  readonly width: number;
}

type Paint = (text: string) => string;

/** The few colours and signs that the wizard uses. Everything that colour says, a word says too. */
export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly bad: Paint;
  readonly answer: Paint;
  readonly signs: { readonly done: string; readonly ask: string; readonly cursor: string; readonly none: string };
}

export function paletteOf({ color, unicode }: Look): Palette {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  return {
    bold: chalk.bold,
    dim: chalk.dim,
    bad: chalk.red,
    answer: chalk.cyan,
    signs: unicode ? { done: '✔', ask: '›', cursor: '❯', none: '–' } : { done: 'ok', ask: '>', cursor: '>', none: '-' },
  };
}

/** Text broken at spaces so that no line is longer than `width`, each indented by `indent`. A longer word stays whole. */
export function wrapped(text: string, width: number, indent = 0): readonly string[] {
  const room = Math.max(10, width - indent - 1);
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `${' '.repeat(indent)}${line}`);
}
