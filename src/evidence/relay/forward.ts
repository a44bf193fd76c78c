import type { Kubectl } from '../../exec/kubectl.ts';
import { withPortForward } from '../app/port-forward.ts';

export interface HeldForward {
  /** The local port; where the forwarding broke, that of a new one. Throws KubectlError where none comes about. */
  readonly port: () => Promise<number>;
  /** How often it broke. */
  readonly breaks: () => number;
  close(): Promise<void>;
}

/**
 * Holds a port-forward to a pod open until it is closed. kubectl may end one for a single reset connection: the next caller gets another. `greet` runs
 * once for each, before anybody gets its port; what it opens ends with the forwarding.
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
