import { credentialsInvariant } from './credentials.ts';
import type { Invariant, InvariantContext, InvariantFacts, InvariantResult } from './facts.ts';
import { filesInvariant } from './files.ts';
import { pluginsInvariant } from './plugins.ts';
import { schemaInvariant } from './schema.ts';
import { secretKeyInvariant } from './secret-key.ts';
import { setupInvariant } from './setup.ts';
import { tenantKeysInvariant } from './tenant-keys.ts';
import { vectorsInvariant } from './vectors.ts';

/** Every invariant of recovered data, in the order of a restore: keys, database, files, plugins, vectors. */
const INVARIANTS: readonly Invariant[] = [
  secretKeyInvariant,
  tenantKeysInvariant,
  credentialsInvariant,
  setupInvariant,
  schemaInvariant,
  filesInvariant,
  pluginsInvariant,
  vectorsInvariant,
];

/** Judges recovered data. Pure. */
export function judgeInvariants(facts: InvariantFacts, context: InvariantContext): readonly InvariantResult[] {
  return INVARIANTS.map(({ id, expected, judge }) => ({ id, expected, ...judge(facts, context) }));
}

/** True if the data is proven complete: nothing failed, and nothing could not be read. */
export function isProven(results: readonly InvariantResult[]): boolean {
  return results.every(({ status }) => status === 'pass' || status === 'skip');
}
