import { foreignFault, type Inspector } from '../../net/guarded.ts';
import { ProbeError } from '../../net/probe-error.ts';

/** Bytes of a line (status, error, number or length); bulk text does not count. */
const LINE_LIMIT = 16_384;
/**
 * Bytes, elements and depth of one answer. INFO has about 10 KiB; SENTINEL MASTERS has 40 words for each master, two
 * levels deep.
 */
const ANSWER_LIMIT = 4 * 2 ** 20;
const COUNT_LIMIT = 50_000;
const DEPTH_LIMIT = 8;
/** Answers on one connection. */
const ANSWERS_LIMIT = 10_000;
const [STATUS, ERROR, NUMBER, BULK, LIST, RETURN, LINE_END] = Buffer.from('+-:$*\r\n');

/**
 * Checks the answers of a Redis server (RESP 2) and passes them on while they are well-formed and within limits. The
 * library trusts every length, and follows nested lists to any depth.
 */
export class RedisFrames implements Inspector {
  /** Bytes of a bulk text still to come, including its line end. */
  #bulk = 0;
  #line: number[] = [];
  /** Missing elements of each open list. */
  readonly #open: number[] = [];
  #bytes = 0;
  #count = 0;
  #answers = 0;

  push(chunk: Buffer): Buffer {
    for (let at = 0; at < chunk.length; ) at = this.#bulk > 0 ? this.#skip(chunk, at) : this.#read(chunk, at);
    return chunk;
  }

  #skip(chunk: Buffer, at: number): number {
    const taken = Math.min(this.#bulk, chunk.length - at);
    this.#bulk -= taken;
    if (this.#bulk === 0) this.#ended();
    return at + taken;
  }

  /** Consumes the bytes of one line, as far as they have arrived. */
  #read(chunk: Buffer, from: number): number {
    const end = chunk.indexOf(LINE_END ?? 0, from);
    const to = end < 0 ? chunk.length : end + 1;
    this.#spend(to - from);
    if (this.#line.length + to - from > LINE_LIMIT) throw foreignFault('Redis');
    for (let at = from; at < to; at += 1) this.#line.push(chunk[at] ?? 0);
    if (!TYPES.has(this.#line[0])) throw this.#line[0] === TLS_ALERT ? closedFault() : foreignFault('Redis');
    if (end >= 0) this.#take(Buffer.from(this.#line));
    return to;
  }

  #take(line: Buffer): void {
    this.#line = [];
    if (line.at(-2) !== RETURN) throw foreignFault('Redis');
    const [type] = line;
    const text = line.toString('latin1', 1, line.length - 2);
    if (type === NUMBER && !/^-?\d{1,20}$/.test(text)) throw foreignFault('Redis');
    const hasLength = type === BULK || type === LIST;
    if (hasLength && !/^(?:-1|\d{1,10})$/.test(text)) throw foreignFault('Redis');
    const length = hasLength ? Number(text) : -1;
    if (type === BULK) this.#expect(length);
    else if (type === LIST && length > 0) this.#enter(length);
    else this.#ended();
  }

  #expect(length: number): void {
    if (length < 0) {
      this.#ended();
      return;
    }
    this.#spend(length);
    this.#bulk = length + 2;
  }

  #enter(length: number): void {
    this.#count += length;
    this.#open.push(length);
    if (this.#count > COUNT_LIMIT || this.#open.length > DEPTH_LIMIT) throw tooMuch();
  }

  /** Ends an element, and each list whose last element it was. */
  #ended(): void {
    for (;;) {
      const lacking = this.#open.pop();
      if (lacking === undefined) break;
      if (lacking > 1) {
        this.#open.push(lacking - 1);
        return;
      }
    }
    this.#bytes = 0;
    this.#count = 0;
    this.#answers += 1;
    if (this.#answers > ANSWERS_LIMIT) throw tooMuch();
  }

  #spend(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > ANSWER_LIMIT) throw tooMuch();
  }
}

/** First byte of the TLS alert that a TLS server sends for plain text before it closes the connection. */
const TLS_ALERT = 0x15;
const TYPES = new Set<number | undefined>([STATUS, ERROR, NUMBER, BULK, LIST]);

function tooMuch(): ProbeError {
  return new ProbeError(
    'use',
    'EMSGSIZE',
    `answers with more than 4 MiB, ${COUNT_LIMIT} elements or ${DEPTH_LIMIT} levels`,
  );
}

function closedFault(): ProbeError {
  return new ProbeError('use', 'ECONNRESET', 'closes the connection');
}
