import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { withinMs } from '../base/time-limit.ts';
import { ProbeError } from './probe-error.ts';

interface DialOptions {
  /** Ends the attempt, and the stream once it is open. */
  readonly signal: AbortSignal;
  /** Milliseconds for resolving and connecting in total. */
  readonly limitMs: number;
}

/**
 * Opens one TCP stream to the address that Dify would connect to, from where this dial is: this machine, or a pod in
 * the cluster. Every probe reaches its service only through its dial. Throws ProbeError with stage `resolve` or
 * `connect`.
 */
export type Dial = (host: string, port: number, options: DialOptions) => Promise<Duplex>;

/** Dials from this machine, each address of the name in turn. */
export const dialHere: Dial = async (host, port, { signal, limitMs }) => {
  const limit = withinMs(limitMs, signal);
  const addresses = await resolve(host.replace(/^\[(.*)\]$/, '$1'), limit);
  let last: unknown;
  for (const { address } of addresses) {
    try {
      return await open(address, port, signal, limit);
    } catch (error) {
      last = error;
      if (limit.aborted) break;
    }
  }
  throw last;
};

async function resolve(host: string, limit: AbortSignal): Promise<readonly LookupAddress[]> {
  const ended = new Promise<never>((_, reject) => {
    const late = () => reject(new ProbeError('resolve', 'ETIMEDOUT', `${host} does not resolve in time`));
    if (limit.aborted) late();
    limit.addEventListener('abort', late, { once: true });
  });
  const asked = lookup(host, { all: true }).catch((error: NodeJS.ErrnoException) => {
    throw new ProbeError('resolve', error.code ?? 'ENOTFOUND', `${host} does not resolve`);
  });
  return Promise.race([asked, ended]);
}

function open(address: string, port: number, signal: AbortSignal, limit: AbortSignal): Promise<Duplex> {
  return new Promise((done, reject) => {
    const socket = connect({ host: address, port });
    // Not the socket's own option `signal`, which leaves a listener behind: a collector dials many times.
    const late = () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
    signal.addEventListener('abort', late, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', late));
    limit.addEventListener('abort', late, { once: true });
    if (limit.aborted) late();
    socket.once('connect', () => {
      limit.removeEventListener('abort', late);
      socket.removeAllListeners('error');
      // The user of the stream adds its own listener. An abort before that must not end the process.
      socket.on('error', () => undefined);
      done(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      limit.removeEventListener('abort', late);
      reject(connectFault(error.code ?? 'ECONNRESET'));
    });
  });
}

/** Returns the error of a failed connection, by the system's code. */
export function connectFault(code: string): ProbeError {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'refuses the connection: nothing listens on the port',
    ETIMEDOUT: 'does not answer: a firewall drops it, or the address is wrong',
  };
  return new ProbeError('connect', code, words[code] ?? `cannot be routed to (${code})`);
}
