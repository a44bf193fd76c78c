import { createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { withinMs } from '../../base/time-limit.ts';
import { connectFault, type Dial } from '../../net/dial.ts';
import { ProbeError } from '../../net/probe-error.ts';

/** Milliseconds that the way to the relay may take, beside what the relay itself is given. */
const WAY_MS = 3_000;
/** Bytes of the relay's answer; it says a line. */
const HEAD_LIMIT = 4_096;

/**
 * Dials through a relay that listens on this local port: by HTTP CONNECT, which the relay answers with what it met. Each request carries a MAC of its
 * target under `key`, so that nobody else's is answered.
 */
export function relayDial(port: () => Promise<number>, key: string): Dial {
  return async (host, remotePort, { signal, limitMs }) => {
    const limit = withinMs(limitMs + WAY_MS, signal);
    // What is no name would end the relay's line early.
    if (/[\s\0]/.test(host)) throw new ProbeError('resolve', 'ENOTFOUND', 'the host is no name');
    const stream = connect({ host: '127.0.0.1', port: await port(), signal });
    stream.on('error', () => undefined);
    const target = `${host}:${remotePort}`;
    const mac = createHmac('sha256', key).update(target).digest('hex');
    stream.write(`CONNECT ${target} HTTP/1.1\r\nX-Limit: ${Math.round(limitMs)}\r\nX-Mac: ${mac}\r\n\r\n`);
    try {
      refuse(host, await answerOf(stream, limit));
    } catch (error) {
      stream.destroy();
      throw error;
    }
    return stream;
  };
}

/**
 * Tells the relay the key of this run, by which it knows its requests from then on. The connection is the run's sign of life: the relay ends some time
 * after it is closed. Throws ProbeFault if the relay does not take the key.
 */
export async function keyLine(port: number, key: string, signal: AbortSignal): Promise<Socket> {
  const stream = connect({ host: '127.0.0.1', port });
  stream.on('error', () => undefined);
  stream.write(`KEY ${key} HTTP/1.1\r\n\r\n`);
  try {
    refuse('the relay', await answerOf(stream, withinMs(WAY_MS, signal)));
  } catch (error) {
    stream.destroy();
    throw error;
  }
  // It neither keeps the process alive nor says anything more.
  stream.unref();
  return stream.resume();
}

/** Throws ProbeFault for every answer but the one that the connection is there. */
function refuse(host: string, head: string): void {
  const [, status, code = 'ECONNRESET'] = /^HTTP\/1\.1 (\d+) (\S+)/.exec(head) ?? [];
  if (status === '200') return;
  if (status === '404') throw new ProbeError('resolve', code, `${host} does not resolve`);
  throw connectFault(code);
}

/**
 * The relay's answer up to its empty line; what came after it stays in the stream, which is left as a new one is: `pause` would keep it from flowing
 * for whoever listens next.
 */
function answerOf(stream: Socket, limit: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const end = (settle: () => void) => {
      stream.off('readable', read).off('close', closed);
      limit.removeEventListener('abort', late);
      settle();
    };
    const late = () => end(() => reject(connectFault('ETIMEDOUT')));
    const closed = () => end(() => reject(connectFault('ECONNRESET')));
    const read = () => {
      const chunk: Buffer | null = stream.read();
      if (chunk === null) return;
      head = Buffer.concat([head, chunk]);
      const close = head.indexOf('\r\n\r\n');
      if (close < 0 && head.length < HEAD_LIMIT) return;
      const rest = head.subarray(close + 4);
      end(() => resolve(head.subarray(0, close).toString('latin1')));
      if (close >= 0 && rest.length > 0) stream.unshift(rest);
    };
    stream.on('readable', read).once('close', closed);
    limit.addEventListener('abort', late, { once: true });
    if (limit.aborted) late();
  });
}
