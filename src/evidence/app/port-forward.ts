import { Interrupted } from '../../base/errors.ts';
import type { Kubectl } from '../../exec/kubectl.ts';

export interface ForwardOptions {
  readonly namespace: string;
  /** `pod/NAME`. */
  readonly target: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

/** kubectl's line that names the local port. */
const LISTENING = /Forwarding from 127\.0\.0\.1:(\d+) ->/;
/** Characters of kubectl's output that are searched. */
const SAID_LIMIT = 4_096;
/** Longer than any run. */
const LIFETIME_MS = 24 * 3_600_000;

/**
 * Runs `use` with a local port that kubectl forwards to the target, then ends the forwarding; it also ends if this
 * process is killed. kubectl chooses the port and listens on it before it prints it, so that no other program can
 * answer there. Throws KubectlError if kubectl fails, and what `use` throws.
 */
export async function withPortForward<T>(
  kubectl: Kubectl,
  { namespace, target, port, signal }: ForwardOptions,
  use: (localPort: number) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const ended = AbortSignal.any([signal, own.signal]);
  const args = ['port-forward', '-n', namespace, target, `:${port}`, '--address', '127.0.0.1'];
  let hear: (localPort: number) => void = () => undefined;
  const listening = new Promise<number>((resolve) => {
    hear = resolve;
  });
  let said = '';
  const onStdout = (chunk: Buffer): void => {
    // kubectl prints a line for each connection: keep only the output before it listens.
    if (LISTENING.test(said)) return;
    said = (said + chunk.toString()).slice(-SAID_LIMIT);
    const localPort = LISTENING.exec(said)?.[1];
    if (localPort !== undefined) hear(Number(localPort));
  };
  const forwarding = kubectl
    .run(args, { signal: ended, timeoutMs: LIFETIME_MS, killWithParent: true, onStdout })
    .then(() => {
      throw new Error('kubectl port-forward ended unexpectedly');
    });
  // An error after `use` is over is ignored.
  forwarding.catch(() => undefined);
  try {
    return await Promise.race([listening.then(use), forwarding]);
  } finally {
    own.abort();
    await forwarding.catch((error: unknown) => {
      if (!(error instanceof Interrupted) && signal.aborted) throw error;
    });
  }
}
