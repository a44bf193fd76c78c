import { dialHere } from '../net/dial.ts';
import { faultOf } from '../net/probe-error.ts';

/** Outcome of an attempt to connect from this machine. */
export type ConnectOutcome = 'connected' | 'refused' | 'timeout' | 'unresolved' | 'unreachable';

/** Opens one TCP connection and closes it; never throws. `limitMs` covers name resolution and connection together. */
export async function tryToConnect(
  host: string,
  port: number,
  limitMs: number,
  signal: AbortSignal,
): Promise<ConnectOutcome> {
  try {
    (await dialHere(host, port, { limitMs, signal })).destroy();
    return 'connected';
  } catch (error) {
    const { stage, code } = faultOf(error, 'connect');
    if (code === 'ETIMEDOUT') return 'timeout';
    if (stage === 'resolve') return 'unresolved';
    return code === 'ECONNREFUSED' ? 'refused' : 'unreachable';
  }
}
