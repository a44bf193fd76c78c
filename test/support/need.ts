import type { EvidenceKey, Need } from '../../src/evidence/evidence.ts';
import { CollectionError } from '../../src/evidence/evidence.ts';

/**
 * The evidence of other collectors, for a collector that a test calls alone. Throws CollectionError `absent` for any
 * other key.
 */
export function given(...pairs: readonly (readonly [EvidenceKey<unknown>, unknown])[]): Need {
  const data = new Map(pairs.map(([{ name }, value]) => [name, value]));
  return async <T>({ name }: EvidenceKey<T>): Promise<T> => {
    if (!data.has(name)) throw new CollectionError('absent', name);
    return data.get(name) as T;
  };
}
