import { StringDecoder } from 'node:string_decoder';
import { cut } from '../base/cut.ts';

/** Characters of one line of standard error. */
const LINE_LIMIT = 65_536;
/** Characters of standard error that are kept: the last ones, in whole lines. */
const KEPT_LIMIT = 2 ** 20;

/** Size in bytes up to which the buffer grows by doubling. Above it, the buffer has the size of the limit. */
const COPIED_LIMIT = 2 ** 20;

/** Collects bytes up to a limit in one buffer, so that a chunk of one byte needs no more memory than that. */
export class BoundedBytes {
  readonly #limit: number;
  #bytes = Buffer.alloc(0);
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Returns false, and adds nothing, if the bytes would exceed the limit. */
  push(chunk: Buffer): boolean {
    const size = this.#size + chunk.length;
    if (size > this.#limit) return false;
    if (size > this.#bytes.length) {
      // Unwritten pages of memory are not allocated, so the largest size costs nothing and ends the copying.
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

/** Splits standard error into lines. Holds at most 2 MiB, for any amount of output and any length of lines. */
export class ErrorLines {
  readonly #decoder = new StringDecoder('utf8');
  #lines: string[] = [];
  #size = 0;
  /** The last line, which has not ended yet. */
  #rest = '';

  /** Returns the lines that end in this chunk. */
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

  /** Returns the text after the last line end. */
  last(): string {
    return cut(this.#rest, LINE_LIMIT);
  }

  /** Returns the kept end of the output. */
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
