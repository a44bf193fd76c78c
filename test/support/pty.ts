import { stripVTControlCharacters } from 'node:util';
import { type IPty, spawn } from '@lydell/node-pty';
import { Screen } from './screen.ts';

export interface PtySettings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cols?: number;
}

/** So many that nothing scrolls away. */
const ROWS = 300;

/** A program on a real pseudo-terminal. Waits are for text or for the end, never for time. */
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

  /** Everything that was shown, without control characters. */
  get shown(): string {
    return stripVTControlCharacters(this.#output);
  }

  /** Everything that was shown, as it came. */
  get raw(): string {
    return this.#output;
  }

  /** What stands on the screen now, line by line. */
  get screen(): string {
    return this.#screen.text;
  }

  /** Waits until `text` was shown since the last key, wherever its lines are folded. Throws where the program ends first. */
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

  /** Waits for the next piece of output, or for the end. */
  async changes(): Promise<void> {
    if (this.#exitCode !== undefined) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  press(keys: string): void {
    this.#from = this.#output.length;
    this.#pty.write(keys);
  }

  /** Closes the terminal, as closing its window does: the system sends SIGHUP, and whoever reads or writes it meets EIO. */
  close(): void {
    (this.#pty as IPty & { destroy(): void }).destroy();
  }

  end(): void {
    if (this.#exitCode === undefined) this.#pty.kill();
  }
}

/** A narrow terminal folds a line anywhere. */
function unfolded(text: string): string {
  return text.replace(/\s+/g, '');
}

export const ENTER = '\r';
export const CTRL_C = '\u0003';
export const CTRL_D = '\u0004';
export const ESCAPE = '\u001b';
