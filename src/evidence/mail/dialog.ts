import type { Duplex } from 'node:stream';
import { foreignFault } from '../../net/guarded.ts';
import { ProbeError } from '../../net/probe-error.ts';

/** A reply of an SMTP server (RFC 5321, 4.2). */
export interface Reply {
  readonly code: number;
  /** Text of each line, without the code. */
  readonly lines: readonly string[];
}

/**
 * The client side of an SMTP connection. `read` and `say` wait at most the limit for a reply; they throw ProbeError
 * (stage `use`) if none comes.
 */
export interface Dialog {
  /** Returns the next reply without sending anything: the greeting. */
  read(): Promise<Reply>;
  /** Sends a command line, without its line end, and returns the reply. */
  say(line: string): Promise<Reply>;
  /** Stops reading, so that another reader (TLS) can use the stream. */
  leave(): void;
}

/** Characters of one reply; more than any server sends. */
const LONGEST = 64_000;

/** Opens a dialog on a connected stream. `limitMs`: for each reply. */
export function openDialog(stream: Duplex, limitMs: number): Dialog {
  let heard = '';
  /** Offset in `heard` of the first line that was not read yet. */
  let at = 0;
  let lines: string[] = [];
  let isClosed = false;
  let wake: () => void = () => undefined;
  const onData = (bytes: Buffer) => {
    // Data after a whole reply belongs to the next one; the buffer never grows without a limit.
    if (heard.length <= LONGEST) heard += bytes.toString('latin1');
    wake();
  };
  const onEnd = () => {
    isClosed = true;
    wake();
  };
  stream.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onEnd);

  const read = async (): Promise<Reply> => {
    const until = performance.now() + limitMs;
    for (;;) {
      const reply = taken();
      if (reply !== undefined) return reply;
      if (isClosed) throw new ProbeError('use', 'ECONNRESET', 'closes the connection');
      const left = until - performance.now();
      if (left <= 0) throw new ProbeError('use', 'ETIMEDOUT', 'accepts the connection but never answers');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const taken = (): Reply | undefined => {
    for (;;) {
      const end = heard.indexOf('\n', at);
      if (end < 0 && heard.length > LONGEST) throw foreignFault('a mail server');
      if (end < 0) return undefined;
      const line = heard.slice(at, heard[end - 1] === '\r' ? end - 1 : end);
      if (!/^\d{3}(?:[ -]|$)/.test(line)) throw foreignFault('a mail server');
      lines.push(line);
      at = end + 1;
      if (line[3] !== '-') return replyOf();
    }
  };
  const replyOf = (): Reply => {
    const reply = { code: Number(lines[0]?.slice(0, 3)), lines: lines.map((line) => line.slice(4)) };
    heard = heard.slice(at);
    at = 0;
    lines = [];
    return reply;
  };
  return {
    read,
    say: (line) => {
      stream.write(`${line}\r\n`);
      return read();
    },
    leave: () => stream.off('data', onData).off('end', onEnd).off('close', onEnd).off('error', onEnd),
  };
}
