import { stripVTControlCharacters } from 'node:util';
import { type IPty, spawn } from '@lydell/node-pty';
import { Screen } from './screen.ts';

export interface PtySettings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cols?: number;
}

/** Enough rows that nothing scrolls out of view. */
const ROWS = 300;

/** A program on a real pseudo-terminal. Waits are for output or for its end, never for a fixed time. */
export class PtySession {
  readonly exited: Promise<number>;
  readonly #pty: IPty;
  readonly #screen: Screen;
  #output = '';
  #from = 0;
  #exitCode: number | undefined;
  #wake: () => void = () => undefined;

  constructor(program: string, args: readonly string[], { cwd, env, cols = 100 }: PtySettings) {
    this.#pty = spawn(program, [...args], { cwd, env: { ...env, TERM: 'xterm-256color' }, cols, rows: ROWS });
    this.#screen = new Screen(cols);
    this.#pty.onData((data) => {
      this.#output += data;
      this.#screen.write(data);
      this.#wake();
    });
    this.exited = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode }) => {
        this.#exitCode = exitCode;
        this.#wake();
        resolve(exitCode);
      });
    });
  }

  /** All output so far, without control characters. */
  get shown(): string {
    return stripVTControlCharacters(this.#output);
  }

  /** All output so far, unchanged. */
  get raw(): string {
    return this.#output;
  }

  /** The lines that the screen shows now. */
  get screen(): string {
    return this.#screen.text;
  }

  /**
   * Waits until the output since the last key press contains `text`, with any line breaks. Throws Error if the program
   * ends first.
   */
  async sees(text: string): Promise<void> {
    while (!unfolded(stripVTControlCharacters(this.#output.slice(this.#from))).includes(unfolded(text))) {
      if (this.#exitCode !== undefined) {
        throw new Error(`ended with ${this.#exitCode} before it showed: ${text}\n${this.shown}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Waits for more output or for the end. Returns false if the program has ended: nothing changes any more. */
  async changes(): Promise<boolean> {
    if (this.#exitCode !== undefined) return false;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    return true;
  }

  press(keys: string): void {
    this.#from = this.#output.length;
    this.#pty.write(keys);
  }

  /** Closes the terminal like closing its window: the system sends SIGHUP, and reads and writes fail with EIO. */
  close(): void {
    (this.#pty as IPty & { destroy(): void }).destroy();
  }

  end(): void {
    if (this.#exitCode === undefined) this.#pty.kill();
  }
}

/** Removes white space, because a narrow terminal breaks lines anywhere. */
function unfolded(text: string): string {
  return text.replace(/\s+/g, '');
}

export const ENTER = '\r';
export const CTRL_C = '\u0003';
export const CTRL_D = '\u0004';
export const ESCAPE = '\u001b';
