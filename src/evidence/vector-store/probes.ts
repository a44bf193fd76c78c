import { probeElasticsearch } from './elasticsearch.ts';
import type { Provider } from './facts.ts';
import { probeMilvus } from './milvus.ts';
import { probeMyscale } from './myscale.ts';
import { probeOpensearch } from './opensearch.ts';
import { probePgvector } from './pgvector.ts';
import type { StoreProbe } from './probe.ts';
import { probeQdrant } from './qdrant.ts';
import { probeTablestore } from './tablestore.ts';
import { probeTencent } from './tencent.ts';
import { probeWeaviate } from './weaviate.ts';

const PROBES: { readonly [P in Provider]: StoreProbe<P> } = {
  elasticsearch: probeElasticsearch,
  milvus: probeMilvus,
  myscale: probeMyscale,
  opensearch: probeOpensearch,
  pgvector: probePgvector,
  qdrant: probeQdrant,
  tablestore: probeTablestore,
  tencent: probeTencent,
  weaviate: probeWeaviate,
};

/** The probe of a provider. Call it only with a store of that provider. */
export function probeOf(provider: Provider): StoreProbe<Provider> {
  return PROBES[provider] as StoreProbe<Provider>;
}
