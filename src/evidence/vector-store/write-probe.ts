import { faultOf, type ProbeError } from '../../net/probe-error.ts';
import type { Asked, WriteFact } from './facts.ts';

/** The two halves of a write probe. */
export interface WriteProbe {
  /** What is tried, in words: `made and removed a collection`. */
  readonly how: string;
  readonly name: string;
  /** Throws ProbeFault where the store refuses it. */
  readonly make: () => Promise<void>;
  /** Removes what `make` made, also half of it; runs even where the probe's time is over. */
  readonly remove: () => Promise<void>;
}

/** Tries to write and takes it back, whatever becomes of the attempt. */
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
  // Where making was refused, removing is refused as well, and nothing is left.
  return { seen: isLeft && refused === undefined ? { ...fact, left: name } : fact };
}
