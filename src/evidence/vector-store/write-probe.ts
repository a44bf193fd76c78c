import { faultOf, type ProbeError } from '../../net/probe-error.ts';
import type { Asked, WriteFact } from './facts.ts';

/** The two parts of a write probe. */
export interface WriteProbe {
  /** What is tried: `made a collection and removed it`. */
  readonly how: string;
  readonly name: string;
  /** Creates the object. Throws ProbeError if the store refuses. */
  readonly make: () => Promise<void>;
  /** Removes what `make` created, even partly; runs even after the probe's time limit. */
  readonly remove: () => Promise<void>;
}

/** Creates an object and removes it, whether or not the creation succeeded. */
export async function probeWrite({ how, name, make, remove }: WriteProbe): Promise<Asked<WriteFact>> {
  let refused: ProbeError['fact'] | undefined;
  try {
    await make();
  } catch (error) {
    refused = faultOf(error, 'use');
  }
  const isLeft = await remove().then(
    () => false,
    () => true,
  );
  const fact = { how, ...(refused === undefined ? {} : { refused }) };
  // Reported only if `make` succeeded: a store that refuses the creation usually refuses the removal of the missing
  // object too.
  return { seen: isLeft && refused === undefined ? { ...fact, left: name } : fact };
}
