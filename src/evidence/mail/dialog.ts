import type { Duplex } from 'node:stream';
import { ProbeFault } from '../probe/fault.ts';

/** A reply of an SMTP server (RFC 5321, 4.2). */
export interface Reply {
  readonly code: number;
  /** Texts of its lines, without codes. */
  readonly lines: readonly string[];
}

/** One side of an SMTP conversation. Each waits at most the limit for its reply, and throws ProbeFault (stage `use`) where none comes. */
export interface Dialog {
  /** The next reply, without anything sent: the greeting. */
  read(): Promise<Reply>;
  /** A command line, without its end, and the reply to it. */
  say(line: string): Promise<Reply>;
  /** Leaves the stream to somebody else, such as TLS. */
  leave(): void;
}

/** More than any server has to say in one reply. */
const LONGEST = 64_000;
const WHOLE = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r?\n/;

/** Opens a dialog over a connected stream. `limitMs`: for each reply. */
export function openDialog(stream: Duplex, limitMs: number): Dialog {
  let heard = '';
  let isClosed = false;
  let wake: () => void = () => undefined;
  const onData = (bytes: Buffer) => {
    heard += bytes.toString('latin1');
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
      if (isClosed) throw new ProbeFault('use', 'ECONNRESET', 'closes the connection');
      const left = until - performance.now();
      if (left <= 0) throw new ProbeFault('use', 'ETIMEDOUT', 'takes the connection and never answers');
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
    const whole = WHOLE.exec(heard)?.[0];
    if (whole === undefined) {
      const isForeign = /^[^\n]*\n/.test(heard) && !/^\d{3}[ \r\n-]/.test(heard);
      if (isForeign || heard.length > LONGEST)
        throw new ProbeFault('use', 'NOSMTP', 'answers, and not as a mail server does');
      return undefined;
    }
    heard = heard.slice(whole.length);
    const lines = whole.trimEnd().split(/\r?\n/);
    return { code: Number(whole.slice(0, 3)), lines: lines.map((line) => line.slice(4)) };
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
