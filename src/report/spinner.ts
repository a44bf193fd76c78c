import { clearLine, cursorTo, moveCursor } from 'node:readline';
import { Writable } from 'node:stream';
import ora from 'ora';
import { knownColumns } from '../base/columns.ts';
import { styledPrintable, withoutRunnerCommands } from '../base/printable.ts';
import type { Style } from './style.ts';

const ASCII_FRAMES = { interval: 130, frames: ['|', '/', '-', '\\'] };

/** An animated text while work runs; for terminals only. */
export interface Spinner {
  /** Shows the text, and starts the animation if it is stopped. */
  show(text: string): void;
  /** Removes the text, so that something else can be written. */
  clear(): void;
}

/**
 * Creates a spinner that draws through `write`, so that its text passes the redactor of the run. The text is made
 * printable.
 */
export function createSpinner(write: (text: string) => void, { width, unicode, color }: Style): Spinner {
  const spinner = ora({
    // ora divides by the number of columns to count the lines to clear, so it must not be 0.
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

/** The part of a terminal that ora uses, on top of a synchronous write function. */
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
