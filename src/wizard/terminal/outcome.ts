import { useEffect, useRef } from '@inquirer/core';

/** How a prompt ends, `leave` being the end of the input. Ctrl-C ends it with an error of its own. */
export type Outcome<Value> =
  | { readonly kind: 'answer'; readonly value: Value }
  | { readonly kind: 'back' }
  | { readonly kind: 'leave' };

/** Calls `leave` when the input ends (Ctrl-D, a closed pipe): Inquirer itself would wait for ever, and Node end with 0. */
export function useEndOfInput(leave: () => void): void {
  const current = useRef(leave);
  current.current = leave;
  useEffect((readline) => {
    const closed = (): void => current.current();
    readline.on('close', closed);
    return () => readline.removeListener('close', closed);
  }, []);
}
