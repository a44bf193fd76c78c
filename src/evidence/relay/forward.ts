import type { Kubectl } from '../../exec/kubectl.ts';
import { withPortForward } from '../app/port-forward.ts';

export interface HeldForward {
  /**
   * Returns the local port; after a break, the port of a new port-forward. Throws KubectlError if kubectl cannot
   * forward.
   */
  readonly port: () => Promise<number>;
  /** How many times it broke. */
  readonly breaks: () => number;
  close(): Promise<void>;
}

/**
 * Keeps a port-forward to a pod open until `close`. kubectl may end one because of a single reset connection: the next
 * caller gets a new one. `greet` runs once for each port-forward, before its port is returned; what it opens ends with
 * the port-forward.
 */
export function holdForward(
  kubectl: Kubectl,
  place: { readonly namespace: string; readonly target: string; readonly port: number },
  outer: AbortSignal,
  greet: (port: number) => Promise<unknown>,
): HeldForward {
  const own = new AbortController();
  const signal = AbortSignal.any([outer, own.signal]);
  const over = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  let current: Promise<number> | undefined;
  let last: Promise<void> = Promise.resolve();
  let breaks = 0;
  const open = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const held = async (port: number): Promise<void> => {
        await greet(port);
        resolve(port);
        await over;
      };
      last = withPortForward(kubectl, { ...place, signal }, held).catch((error: unknown) => {
        reject(error);
        if (signal.aborted) return;
        breaks += 1;
        current = undefined;
      });
    });
  return {
    port: () => {
      current ??= open();
      return current;
    },
    breaks: () => breaks,
    close: async () => {
      own.abort();
      await last;
    },
  };
}
