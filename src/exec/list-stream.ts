import { boundedJson } from '../base/bounded-json.ts';
import { ExternalError } from '../base/errors.ts';

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE, COMMA] = Buffer.from('"\\[]{},');
/** Depth of the list `items`: the document is 1, the list is 2. */
const ITEM_DEPTH = 2;
const ITEMS = /"items"\s*:\s*\[$/;
/** Bytes before the list's bracket that are searched for its name. */
const NAME_BYTES = 64;
/** Limit in bytes of one item, and of the text around the items. etcd stores at most 1.5 MiB for an object. */
const PART_LIMIT = 8 * 2 ** 20;

/**
 * Parses a Kubernetes list as its bytes arrive and passes on each parsed item. Holds one item at a time, for a list of
 * any length. The text around the items (kind, metadata) is kept and parsed at the end.
 */
export class ListStream {
  readonly #onItem: (item: unknown) => void;
  /** The text around the items, so far. */
  #frame = '';
  /** Buffer whose first `#size` bytes are an item, or a part of the frame, that has not ended yet. */
  #held: Buffer = Buffer.alloc(0);
  #size = 0;
  /** Index in those bytes of the next byte to read, and of the beginning of the unfinished part. */
  #at = 0;
  #from = 0;
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  #inItems = false;

  constructor(onItem: (item: unknown) => void) {
    this.#onItem = onItem;
  }

  /**
   * Throws SyntaxError for an item that is not JSON, ExternalError for an item that is too large, and any error of
   * `onItem`.
   */
  push(chunk: Buffer): void {
    const bytes = this.#size === 0 ? chunk : this.#appended(chunk);
    this.#scan(bytes);
    // If something ended in this chunk, the rest is within the chunk: it is copied once, however small the chunks are.
    if (this.#size === 0 || this.#from > 0) this.#keep(bytes.subarray(this.#from));
    this.#at = this.#size;
    this.#from = 0;
    if (this.#size + this.#frame.length > PART_LIMIT)
      throw new ExternalError('the API server answers with an object larger than 8 MiB');
  }

  /** Returns the document without its items. Throws SyntaxError if the stream ended before the document. */
  end(): unknown {
    return boundedJson(this.#frame + this.#held.toString('utf8', 0, this.#size));
  }

  #appended(chunk: Buffer): Buffer {
    const size = this.#size + chunk.length;
    if (size > this.#held.length) {
      const larger = Buffer.allocUnsafe(2 * size);
      this.#held.copy(larger, 0, 0, this.#size);
      this.#held = larger;
    }
    chunk.copy(this.#held, this.#size);
    this.#size = size;
    return this.#held.subarray(0, size);
  }

  #keep(rest: Buffer): void {
    if (rest.length > this.#held.length) this.#held = Buffer.allocUnsafe(2 * rest.length);
    rest.copy(this.#held, 0);
    this.#size = rest.length;
  }

  #scan(bytes: Buffer): void {
    let at = this.#at;
    while (at < bytes.length) {
      if (this.#isText) {
        at = this.#skipText(bytes, at);
        continue;
      }
      const byte = bytes[at];
      if (byte === QUOTE) this.#isText = true;
      else if (byte === OPEN || byte === OPEN_LIST) this.#enter(bytes, at);
      else if (byte === CLOSE || byte === CLOSE_LIST) this.#leave(bytes, at);
      else if (byte === COMMA && this.#inItems && this.#depth === ITEM_DEPTH) this.#from = at + 1;
      at++;
    }
  }

  /** Returns the index after the closing quote, or the end of the bytes so far. */
  #skipText(bytes: Buffer, from: number): number {
    let at = this.#isEscaped ? from + 1 : from;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) {
        this.#isText = false;
        this.#isEscaped = false;
        return at + 1;
      }
    }
    this.#isEscaped = at > bytes.length;
    return bytes.length;
  }

  #enter(bytes: Buffer, at: number): void {
    this.#depth++;
    if (this.#depth !== ITEM_DEPTH || this.#inItems) return;
    const near = bytes.toString('latin1', Math.max(this.#from, at - NAME_BYTES), at + 1);
    if (!ITEMS.test(near)) return;
    this.#frame += bytes.toString('utf8', this.#from, at + 1);
    this.#from = at + 1;
    this.#inItems = true;
  }

  #leave(bytes: Buffer, at: number): void {
    this.#depth--;
    if (!this.#inItems) return;
    if (this.#depth === ITEM_DEPTH) {
      this.#onItem(boundedJson(bytes.toString('utf8', this.#from, at + 1)));
      this.#from = at + 1;
    } else if (this.#depth < ITEM_DEPTH) {
      this.#inItems = false;
      this.#from = at;
    }
  }
}
