import { faultOf } from '../../net/probe-error.ts';
import type { Note } from './probe.ts';

/**
 * Notes whether the store serves a request without a key. If the request gets no answer, it notes nothing: the other
 * facts do not depend on it.
 */
export async function noteAnonymous(isServed: () => Promise<boolean>, note: Note): Promise<void> {
  try {
    note({ isOpen: await isServed() });
  } catch (error) {
    faultOf(error, 'use');
  }
}
