import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';

/** How a connection attempt from this machine ended. */
export interface ConnectFact {
  readonly outcome: 'connected' | 'refused' | 'timeout' | 'unresolved' | 'unreachable';
  /** What the name resolved to. */
  readonly addresses: readonly string[];
  readonly durationMs: number;
  /** The system's own code, such as ECONNREFUSED. */
  readonly code: string | undefined;
}

/** Resolves a name and opens one TCP connection, trying each address in turn; never throws. `limitMs` holds for the whole. */
export async function connectTo(
  host: string,
  port: number,
  limitMs: number,
  signal: AbortSignal,
): Promise<ConnectFact> {
  const started = performance.now();
  const name = host.replace(/^\[(.*)\]$/, '$1');
  const elapsed = () => Math.round(performance.now() - started);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const resolved = await beforeEnd(lookup(name, { all: true }), limit);
  if (!resolved.ok) {
    const outcome = resolved.code === 'ABORT_ERR' ? 'timeout' : 'unresolved';
    return { outcome, addresses: [], durationMs: elapsed(), code: resolved.code };
  }
  const addresses = resolved.value.map(({ address }) => address);
  let last: ConnectFact | undefined;
  for (const address of addresses) {
    const code = await openOnce(address, port, limit);
    last = { outcome: outcomeOf(code), addresses, durationMs: elapsed(), code };
    if (code === undefined || limit.aborted) break;
  }
  return last ?? { outcome: 'unresolved', addresses, durationMs: elapsed(), code: 'ENODATA' };
}

function openOnce(host: string, port: number, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (code: string | undefined) => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      resolve(code);
    };
    const abort = () => end('ABORT_ERR');
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => end(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    if (signal.aborted) abort();
  });
}

function outcomeOf(code: string | undefined): ConnectFact['outcome'] {
  if (code === undefined) return 'connected';
  if (code === 'ECONNREFUSED') return 'refused';
  return code === 'ABORT_ERR' || code === 'ETIMEDOUT' ? 'timeout' : 'unreachable';
}

type Settled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: string };

/** The promise's end, or the signal's, whichever is first: a name server may keep its caller waiting for long. */
function beforeEnd<T>(promise: Promise<T>, signal: AbortSignal): Promise<Settled<T>> {
  return new Promise((resolve) => {
    const abort = () => resolve({ ok: false, code: 'ABORT_ERR' });
    signal.addEventListener('abort', abort, { once: true });
    promise.then(
      (value) => resolve({ ok: true, value }),
      (error: NodeJS.ErrnoException) => resolve({ ok: false, code: error.code ?? error.message }),
    );
    if (signal.aborted) abort();
  });
}
