import { portOf } from '../../providers/endpoint.ts';
import { clientUrl, storeEndpoints } from '../../providers/vector-store/registry.ts';
import type { ExternalStore } from './facts.ts';

/** The URL that Dify's client connects to. Throws Error for a store that is not reached over HTTP. */
export function storeUrl(store: ExternalStore): URL {
  const url = clientUrl(store);
  if (url === undefined) throw new Error(`${store.provider} is not reached over HTTP`);
  return url;
}

/** `qdrant.example.internal:6333`. */
export function addressOf(store: ExternalStore): string {
  const url = clientUrl(store);
  if (url !== undefined) return `${url.hostname}:${portOf(url)}`;
  return storeEndpoints(store)
    .slice(0, 1)
    .map(({ host, port }) => `${host}:${port}`)
    .join('');
}
