import type { ExternalStore } from '../../evidence/vector-store/facts.ts';
import { vectorStoreProvider } from '../../providers/vector-store/registry.ts';

/** Where the topology of a managed store can be looked at, for what it hides from its clients. */
export function showNodes(store: ExternalStore): string {
  const { console, vendor } = vectorStoreProvider(store.provider);
  return console ?? `check nodes and replicas in the console of ${store.managed?.by ?? vendor ?? store.provider}`;
}
