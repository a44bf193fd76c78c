import type { ExternalStore } from './facts.ts';

/**
 * Where Dify's client connects to a store by URL. Two clients have a default port of their own, whatever the scheme: qdrant-client 6333, and pymilvus
 * 19530 for http.
 */
export function storeUrl(store: Exclude<ExternalStore, { readonly provider: 'pgvector' }>): URL {
  switch (store.provider) {
    case 'weaviate':
      return new URL(store.weaviate.url);
    case 'qdrant':
      return withPort(store.qdrant.url, 6333);
    case 'milvus':
      return withPort(store.milvus.url, store.milvus.url.startsWith('https:') ? 443 : 19_530);
    case 'tencent':
      return new URL(store.tencent.url);
    case 'tablestore':
      return new URL(store.tablestore.endpoint);
    case 'elasticsearch':
      return new URL(store.elasticsearch.url);
    case 'myscale': {
      const { host, port } = store.myscale;
      // clickhouse-connect chooses https for these two ports and no other.
      const scheme = port === 443 || port === 8443 ? 'https' : 'http';
      return new URL(`${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`);
    }
  }
}

/** The port that stands in the text; a URL does not tell one that is its scheme's default from none. */
function withPort(text: string, missing: number): URL {
  const url = new URL(text);
  if (!/^[a-z]+:\/\/[^/]*:\d+(\/|$)/.test(text)) url.port = String(missing);
  return url;
}

/** `qdrant.example.internal:6333`. */
export function addressOf(store: ExternalStore): string {
  if (store.provider === 'pgvector') return `${store.pgvector.host}:${store.pgvector.port}`;
  const url = storeUrl(store);
  return `${url.hostname}:${portOf(url)}`;
}

export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}
