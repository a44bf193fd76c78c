import { clearLine, cursorTo, moveCursor } from 'node:readline';
import { Writable } from 'node:stream';
import ora from 'ora';
import { knownColumns } from '../base/columns.ts';
import { styledPrintable, withoutRunnerCommands } from '../base/printable.ts';
import type { Style } from './style.ts';

const ASCII_FRAMES = { interval: 130, frames: ['|', '/', '-', '\\'] };

/** A text that moves while work goes on; for a terminal only. */
export interface Spinner {
  /** Shows the text, beginning to move where it stood still. */
  show(text: string): void;
  /** Takes it away, so that something else can be written. */
  clear(): void;
}

/** A spinner that draws through `write`, so that what it shows passes the redactor of the run like all other output; its text is made printable. */
export function createSpinner(write: (text: string) => void, { width, unicode, color }: Style): Spinner {
  const spinner = ora({
    // ora divides by the columns to know how many lines to take away.
    stream: terminalOver(write, knownColumns(width) ?? 1),
    isEnabled: true,
    discardStdin: false,
    color: false,
    indent: 2,
    ...(unicode ? { spinner: 'dots' as const } : { spinner: ASCII_FRAMES }),
  });
  return {
    show: (text) => {
      spinner.text = withoutRunnerCommands(styledPrintable(text, color));
      if (!spinner.isSpinning) spinner.start();
    },
    clear: () => {
      if (!spinner.isSpinning) return;
      spinner.stop();
      // ora leaves the cursor at its indentation.
      write('\r');
    },
  };
}

/** What ora asks of a terminal, on top of a function that writes at once and never has to be waited for. */
function terminalOver(write: (text: string) => void, columns: number): NodeJS.WritableStream {
  const stream = Object.assign(new Writable(), {
    isTTY: true,
    columns,
    write: (text: string | Uint8Array): boolean => {
      write(String(text));
      return true;
    },
  });
  return Object.assign(stream, {
    cursorTo: (x: number) => cursorTo(stream, x),
    clearLine: (direction: -1 | 0 | 1) => clearLine(stream, direction),
    moveCursor: (dx: number, dy: number) => moveCursor(stream, dx, dy),
  });
}
