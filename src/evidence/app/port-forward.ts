import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Interrupted } from '../../base/errors.ts';
import type { Kubectl } from '../../exec/kubectl.ts';
import { tryToConnect } from '../tcp.ts';

export interface ForwardOptions {
  readonly namespace: string;
  /** `pod/NAME`. */
  readonly target: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

const LOOPBACK = '127.0.0.1';
const POLL_MS = 100;

/**
 * Runs `use` with a local port that kubectl forwards to the target, and ends the forwarding with it. Throws KubectlError where kubectl
 * gives up, and what `use` throws.
 */
export async function withPortForward<T>(
  kubectl: Kubectl,
  { namespace, target, port, signal }: ForwardOptions,
  use: (localPort: number) => Promise<T>,
): Promise<T> {
  const localPort = await freePort();
  const own = new AbortController();
  const ended = AbortSignal.any([signal, own.signal]);
  const args = ['port-forward', '-n', namespace, target, `${localPort}:${port}`, '--address', LOOPBACK];
  const forwarding = kubectl.run(args, { signal: ended, timeoutMs: 24 * 3_600_000 }).then(() => {
    throw new Error('kubectl port-forward ended by itself');
  });
  // Whatever ends it after its use is over is no news.
  forwarding.catch(() => undefined);
  try {
    return await Promise.race([connected(localPort, ended).then(() => use(localPort)), forwarding]);
  } finally {
    own.abort();
    await forwarding.catch((error: unknown) => {
      if (!(error instanceof Interrupted) && signal.aborted) throw error;
    });
  }
}

async function connected(port: number, signal: AbortSignal): Promise<void> {
  while ((await tryToConnect(LOOPBACK, port, 1_000, signal)) !== 'connected') {
    await delay(POLL_MS, undefined, { signal });
  }
}

/** A port that nobody holds now; kubectl says so if somebody was faster. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no free port')),
      );
    });
  });
}
