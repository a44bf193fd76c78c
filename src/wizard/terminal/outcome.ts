import { useEffect, useRef } from '@inquirer/core';

/** How a prompt ends. `leave`: the input ended. Ctrl-C throws instead. */
export type Outcome<Value> =
  | { readonly kind: 'answer'; readonly value: Value }
  | { readonly kind: 'back' }
  | { readonly kind: 'leave' };

/**
 * Calls `leave` when the input ends (Ctrl-D, a closed pipe). Without it, Inquirer would wait forever, and Node would
 * exit with 0.
 */
export function useEndOfInput(leave: () => void): void {
  const current = useRef(leave);
  current.current = leave;
  useEffect((readline) => {
    const closed = (): void => current.current();
    readline.on('close', closed);
    return () => readline.removeListener('close', closed);
  }, []);
}
