import { boundedJson } from '../base/bounded-json.ts';
import { ExternalError } from '../base/errors.ts';

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE, COMMA] = Buffer.from('"\\[]{},');
/** Depth at which the members of a list's `items` stand: within the document, which is 1, and within the list. */
const ITEM_DEPTH = 2;
const ITEMS = /"items"\s*:\s*\[$/;
/** Bytes before the list's bracket in which its name is looked for. */
const NAME_BYTES = 64;
/** Bytes of one item, and of all that stands around the items: etcd takes 1.5 MiB for an object. */
const PART_LIMIT = 8 * 2 ** 20;

/**
 * Takes a Kubernetes list as its bytes arrive and gives each item, parsed alone: however long the list, one item is held. What stands around
 * the items (kind, metadata) is kept and parsed at the end.
 */
export class ListStream {
  readonly #onItem: (item: unknown) => void;
  /** What stands around the items, so far. */
  #frame = '';
  /** Begins with the bytes of an item or of the frame whose end has not come yet: `#size` of them. */
  #held: Buffer = Buffer.alloc(0);
  #size = 0;
  /** Where in them the next byte is to be read, and where what is unfinished begins. */
  #at = 0;
  #from = 0;
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  #inItems = false;

  constructor(onItem: (item: unknown) => void) {
    this.#onItem = onItem;
  }

  /** Throws SyntaxError for an item that is no JSON, ExternalError for one that is too large, and whatever the receiver of items throws. */
  push(chunk: Buffer): void {
    const bytes = this.#size === 0 ? chunk : this.#appended(chunk);
    this.#scan(bytes);
    // What is left lies within this chunk wherever something ended in it: it is copied once, however small the chunks are.
    if (this.#size === 0 || this.#from > 0) this.#keep(bytes.subarray(this.#from));
    this.#at = this.#size;
    this.#from = 0;
    if (this.#size + this.#frame.length > PART_LIMIT)
      throw new ExternalError('the API server answers with an object larger than 8 MiB');
  }

  /** The document without its items. Throws SyntaxError where the stream ended before the document did. */
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

  /** The place after the closing quote, or the end of what has arrived. */
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
