import { StringDecoder } from 'node:string_decoder';
import { cut } from '../base/cut.ts';

/** Characters of one line of standard error. */
const LINE_LIMIT = 65_536;
/** Characters of standard error that are kept: its end, in whole lines. */
const KEPT_LIMIT = 2 ** 20;

/** Bytes that are copied to a larger place as they become more. */
const COPIED_LIMIT = 2 ** 20;

/** Bytes put together up to a limit, in one place: a piece of one byte takes no more than that. */
export class BoundedBytes {
  readonly #limit: number;
  #bytes = Buffer.alloc(0);
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False if there are now more bytes than the limit; then nothing is added. */
  push(chunk: Buffer): boolean {
    const size = this.#size + chunk.length;
    if (size > this.#limit) return false;
    if (size > this.#bytes.length) {
      // Memory that nothing was written to is not taken: from here on nothing is copied.
      const larger = Buffer.allocUnsafe(size > COPIED_LIMIT ? this.#limit : Math.min(2 * size, this.#limit));
      this.#bytes.copy(larger, 0, 0, this.#size);
      this.#bytes = larger;
    }
    chunk.copy(this.#bytes, this.#size);
    this.#size = size;
    return true;
  }

  text(): string {
    return this.#bytes.toString('utf8', 0, this.#size);
  }
}

/** Standard error as lines. However much a program writes there, and however long its lines are, 2 MiB of it are held at most. */
export class ErrorLines {
  readonly #decoder = new StringDecoder('utf8');
  #lines: string[] = [];
  #size = 0;
  /** The line that has not ended yet. */
  #rest = '';

  /** The lines that end in this chunk. */
  push(chunk: Buffer): readonly string[] {
    const [first = '', ...others] = this.#decoder.write(chunk).split('\n');
    const ended: string[] = [];
    this.#append(first);
    for (const text of others) {
      ended.push(this.last());
      this.#rest = text;
    }
    this.#keep(ended);
    return ended;
  }

  /** What stands after the last end of a line. */
  last(): string {
    return cut(this.#rest, LINE_LIMIT);
  }

  /** The end of all that was written. */
  text(): string {
    return [...this.#lines, this.last()].join('\n');
  }

  #append(text: string): void {
    if (this.#rest.length <= LINE_LIMIT) this.#rest += text;
  }

  #keep(ended: readonly string[]): void {
    this.#lines.push(...ended);
    this.#size += lengthOf(ended);
    if (this.#size <= 2 * KEPT_LIMIT) return;
    let from = 0;
    while (this.#size > KEPT_LIMIT) this.#size -= lengthOf([this.#lines[from++] ?? '']);
    this.#lines = this.#lines.slice(from);
  }
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}
