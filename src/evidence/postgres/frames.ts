import { foreignFault, type Inspector } from '../../net/guarded.ts';
import { ProbeError } from '../../net/probe-error.ts';
import { isBody } from './messages.ts';

const HEAD = 5;
/** Bytes of one message: a row that the probes request has a few hundred. */
const MESSAGE_LIMIT = 2 ** 20;
/** Bytes and messages until the server is ready for the next query: a list of 50,000 tables stays below both. */
const ANSWER_LIMIT = 8 * 2 ** 20;
const COUNT_LIMIT = 100_000;
const READY = 0x5a;
const ROW = 0x44;
const COLUMNS = 0x54;

/**
 * Parses the messages of a PostgreSQL server (Frontend/Backend Protocol 3, "Message Formats") and passes on only whole,
 * well-formed ones. The library trusts every length: a wrong one makes it loop or fill the memory.
 */
export class PostgresFrames implements Inspector {
  #waiting: Buffer[] = [];
  #size = 0;
  #needed = HEAD;
  #columns = 0;
  #bytes = 0;
  #count = 0;

  push(chunk: Buffer): Buffer {
    this.#waiting.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return Buffer.alloc(0);
    const bytes = this.#waiting.length === 1 ? chunk : Buffer.concat(this.#waiting);
    let at = 0;
    this.#needed = HEAD;
    while (bytes.length - at >= HEAD) {
      const length = 1 + bytes.readUInt32BE(at + 1);
      if (length < HEAD) throw foreignFault('PostgreSQL');
      if (length > MESSAGE_LIMIT) throw this.#tooLarge(bytes, at);
      this.#needed = length;
      if (bytes.length - at < length) break;
      this.#check(bytes, at, length);
      at += length;
      this.#needed = HEAD;
    }
    const rest = bytes.subarray(at);
    this.#waiting = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    return bytes.subarray(0, at);
  }

  #check(bytes: Buffer, at: number, length: number): void {
    const type = bytes[at] ?? 0;
    const body = bytes.subarray(at + HEAD, at + length);
    if (!isBody(type, body)) throw foreignFault('PostgreSQL');
    if (type === COLUMNS) this.#columns = body.readInt16BE(0);
    if (type === ROW && body.readInt16BE(0) !== this.#columns) throw foreignFault('PostgreSQL');
    if (type === READY) {
      this.#bytes = 0;
      this.#count = 0;
    }
    this.#bytes += length;
    this.#count += 1;
    if (this.#bytes > ANSWER_LIMIT || this.#count > COUNT_LIMIT) throw tooMuch();
  }

  /** A length above the limit usually means another protocol. */
  #tooLarge(bytes: Buffer, at: number): ProbeError {
    return this.#count > 0 && bytes[at] === ROW ? tooMuch() : foreignFault('PostgreSQL');
  }
}

function tooMuch(): ProbeError {
  return new ProbeError('use', 'EMSGSIZE', 'answers with more than 8 MiB or 100,000 messages at once');
}
