import { type FaultFact, faultOf } from '../../net/probe-error.ts';
import type { Asked, WriteFact } from './facts.ts';

/** The parts of a write probe. `T`: what `create` returns. */
export interface WriteProbe<T> {
  /** What is tried: `created and deleted a collection`. */
  readonly how: string;
  readonly name: string;
  /** Creates the object with one request. Throws ProbeError if the store refuses. */
  readonly create: () => Promise<T>;
  /** Writes into the created object. Throws ProbeError if the store refuses. */
  readonly use?: (created: T) => Promise<void>;
  /** Removes the object; runs even if it was not created, and even after the probe's time limit. */
  readonly remove: () => Promise<void>;
}

/** Creates an object, writes into it and removes it. Removes it also if the creation or the write failed. */
export async function probeWrite<T>({ how, name, create, use, remove }: WriteProbe<T>): Promise<Asked<WriteFact>> {
  let mayExist = false;
  let refused: FaultFact | undefined;
  try {
    const created = await create();
    mayExist = true;
    await use?.(created);
  } catch (error) {
    refused = faultOf(error, 'use');
    mayExist ||= isUnanswered(refused);
  }
  const isRemoved = await remove().then(
    () => true,
    () => false,
  );
  // A store that refuses the creation usually refuses the removal of the missing object too.
  const left = mayExist && !isRemoved ? { left: name } : {};
  return { seen: { how, ...(refused === undefined ? {} : { refused }), ...left } };
}

/**
 * True if the request was sent and its outcome is unknown: the system's code (`ETIMEDOUT`, `ECONNRESET`) or a gateway's
 * 502 or 504 (RFC 9110, 15.6) instead of an answer of the store.
 */
function isUnanswered({ stage, code }: FaultFact): boolean {
  return stage === 'use' && /^(E[A-Z0-9_]+|502|504)$/.test(code);
}
