import type { ExternalStore } from '../../evidence/vector-store/facts.ts';
import { vectorStoreProvider } from '../../providers/vector-store/registry.ts';

/** Where to look up the nodes and replicas of a managed store, which it hides from its clients. */
export function showNodes(store: ExternalStore): string {
  const { console, vendor } = vectorStoreProvider(store.provider);
  return console ?? `check nodes and replicas in the console of ${store.managed?.by ?? vendor ?? store.provider}`;
}
