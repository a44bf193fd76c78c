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

/**
 * The vector store: the block of an external provider, or the bundled Weaviate. If the chart has no block for the
 * provider, `extraEnv` sets all its variables.
 */
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
 * Workaround: the key is injected under another variable and copied in the start command. The subchart cannot read this
 * key from a Secret without defining its variable twice: it renders `envSecrets` beside the plain variable of its
 * defaults, and renders a null there as an empty entry (seen with Helm 3.22 and 4.3). The init container that raises
 * vm.max_map_count is privileged, so only prod has it, with a pinned image.
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
