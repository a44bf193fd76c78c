import type { VectorStore } from '../../../deployment/schema/vector-store.ts';
import {
  API_PROCESSES,
  type ChartBlock,
  given,
  literals,
  SECRET_PLACEHOLDER,
  type Variables,
} from '../../../providers/chart-block.ts';
import { blockOf, vectorStoreProvider } from '../../../providers/vector-store/registry.ts';
import type { ServiceAddresses } from '../../dify-env/addresses.ts';
import { vectorStoreEnv } from '../../dify-env/vector-store.ts';
import { WEAVIATE_KEYS } from '../secret.ts';
import { type BundledContext, bundledImage, bundledPlace, MINIMAL_REQUESTS } from './bundled.ts';

/** The vector store: one external block, or the bundled Weaviate. A store that the chart has no block for is set by `extraEnv` alone. */
export function vectorStoreBlock(store: VectorStore, addresses: ServiceAddresses, bundled: BundledContext): ChartBlock {
  const part =
    store.mode === 'bundled'
      ? { values: { weaviate: bundledWeaviate(bundled) }, gives: weaviateAt(addresses) }
      : vectorStoreProvider(store.provider).chart?.(
          blockOf(store),
          literals(vectorStoreEnv(store, bundled.tier, addresses)),
        );
  const off = store.mode === 'bundled' ? {} : { weaviate: { enabled: false } };
  return {
    values: { ...off, ...part?.values },
    gives: part === undefined ? {} : given(API_PROCESSES, { VECTOR_STORE: store.provider, ...part.gives }),
  };
}

function weaviateAt(addresses: ServiceAddresses): Variables {
  const { http, grpc } = addresses.bundled.weaviate;
  return { WEAVIATE_ENDPOINT: http, WEAVIATE_GRPC_ENDPOINT: grpc };
}

/**
 * The subchart has no place for a key out of a Secret that would not set its variable twice: `envSecrets` stands beside the plain one
 * among its defaults, and a null there is written out as an empty entry (seen with Helm 3.22 and 4.3). So the key comes under a name of its own
 * and the image's shell hands it over. The container that raises vm.max_map_count is privileged: only prod has it, pinned.
 */
const HAND_OVER = `export AUTHENTICATION_APIKEY_ALLOWED_KEYS="$${WEAVIATE_KEYS}"; exec /bin/weaviate "$@"`;

function bundledWeaviate(context: BundledContext) {
  const sysctl = context.tier === 'prod' ? { enabled: true, image: { tag: '3.22' } } : { enabled: false };
  return {
    enabled: true,
    ...bundledImage(context),
    initContainers: { sysctlInitContainer: sysctl },
    resources: { requests: MINIMAL_REQUESTS.weaviate },
    ...bundledPlace(context),
    authentication: { apikey: { allowed_keys: [SECRET_PLACEHOLDER] } },
    env: { AUTHENTICATION_APIKEY_ALLOWED_KEYS: SECRET_PLACEHOLDER },
    envSecrets: { [WEAVIATE_KEYS]: context.secretName },
    command: ['/bin/sh', '-c', HAND_OVER, 'weaviate'],
    ...(context.storageClass === undefined ? {} : { storage: { storageClassName: context.storageClass } }),
  };
}
