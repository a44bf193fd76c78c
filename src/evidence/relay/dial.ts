import { createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { withinMs } from '../../base/time-limit.ts';
import { connectFault, type Dial } from '../../net/dial.ts';
import { ProbeError } from '../../net/probe-error.ts';

/** Milliseconds for the connection to the relay, in addition to the limit of the relay itself. */
const WAY_MS = 3_000;
/** Bytes of the relay's answer, which is one line. */
const HEAD_LIMIT = 4_096;

/**
 * Dials through a relay behind this local port: sends an HTTP CONNECT, and the relay answers with the outcome. Each
 * request carries an HMAC of its target with `key`, so that the relay serves only this run.
 */
export function relayDial(port: () => Promise<number>, key: string): Dial {
  return async (host, remotePort, { signal, limitMs }) => {
    const limit = withinMs(limitMs + WAY_MS, signal);
    // White space or a zero byte in the host would end the relay's line early.
    if (/[\s\0]/.test(host)) throw new ProbeError('resolve', 'ENOTFOUND', 'the host is not a name');
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
 * Sends the key of this run to the relay, which authenticates all later requests with it. The connection also shows
 * that the run is alive: the relay exits some time after it is closed. Throws ProbeError if the relay refuses the key.
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
  // The connection must not keep the process alive; nothing more is read from it.
  stream.unref();
  return stream.resume();
}

/** Throws ProbeError unless the answer says that the connection is open. */
function refuse(host: string, head: string): void {
  const [, status, code = 'ECONNRESET'] = /^HTTP\/1\.1 (\d+) (\S+)/.exec(head) ?? [];
  if (status === '200') return;
  if (status === '404') throw new ProbeError('resolve', code, `${host} does not resolve`);
  throw connectFault(code);
}

/**
 * Reads the relay's answer up to its empty line. Later data stays in the stream, and the stream stays unpaused: after
 * `pause`, the next listener would receive nothing.
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
