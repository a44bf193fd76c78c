import type { VectorStore } from '../../../deployment/schema/vector-store.ts';
import type { ServiceAddresses } from '../../dify-env/addresses.ts';
import { vectorStoreEnv } from '../../dify-env/vector-store.ts';
import {
  API_PROCESSES,
  type ChartBlock,
  given,
  HELD_ELSEWHERE,
  heldElsewhere,
  literals,
  unquoted,
  type Variables,
} from '../chart-block.ts';
import { WEAVIATE_KEYS } from '../secret.ts';
import { type BundledContext, bundledImage, MODEST } from './bundled.ts';

type External = Extract<VectorStore, { readonly mode: 'external' }>;
type Store<P extends External['provider']> = Extract<External, { readonly provider: P }>;

interface Part {
  readonly values: ChartBlock['values'];
  readonly gives: Variables;
}

/** The vector store: one external block, or the bundled Weaviate. */
export function vectorStoreBlock(store: VectorStore, addresses: ServiceAddresses, bundled: BundledContext): ChartBlock {
  const part =
    store.mode === 'bundled'
      ? { values: { weaviate: bundledWeaviate(bundled) }, gives: weaviateAt(addresses) }
      : external(store, literals(vectorStoreEnv(store, bundled.tier, addresses)));
  const off = store.mode === 'bundled' ? {} : { weaviate: { enabled: false } };
  return {
    values: { ...off, ...part.values },
    gives: given(API_PROCESSES, { VECTOR_STORE: store.provider, ...part.gives }),
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
    resources: { requests: MODEST.weaviate },
    authentication: { apikey: { allowed_keys: [HELD_ELSEWHERE] } },
    env: { AUTHENTICATION_APIKEY_ALLOWED_KEYS: HELD_ELSEWHERE },
    envSecrets: { [WEAVIATE_KEYS]: context.secretName },
    command: ['/bin/sh', '-c', HAND_OVER, 'weaviate'],
    ...(context.storageClass === undefined ? {} : { storage: { storageClassName: context.storageClass } }),
  };
}

function external(store: External, wanted: Variables): Part {
  switch (store.provider) {
    case 'weaviate':
      return weaviate(store);
    case 'qdrant':
      return qdrant(store);
    case 'milvus':
      return milvus(store);
    case 'pgvector':
      return pgvector(store);
    case 'tencent':
      return tencent(store);
    case 'myscale':
      return myscale(store);
    case 'tablestore':
      return tablestore(store);
    case 'elasticsearch':
      return elasticsearch(store, wanted);
  }
}

function weaviate({ weaviate: at }: Store<'weaviate'>): Part {
  return {
    values: {
      externalWeaviate: {
        enabled: true,
        endpoint: { http: at.url, grpc: at.grpcUrl ?? '' },
        apiKey: heldElsewhere(at.apiKey),
      },
    },
    gives: {
      WEAVIATE_ENDPOINT: at.url,
      ...(at.grpcUrl === undefined ? {} : { WEAVIATE_GRPC_ENDPOINT: at.grpcUrl }),
      ...(at.apiKey === undefined ? { WEAVIATE_API_KEY: '' } : {}),
    },
  };
}

function qdrant({ qdrant: at }: Store<'qdrant'>): Part {
  const grpc = { enabled: at.grpcPort !== undefined, ...(at.grpcPort === undefined ? {} : { port: at.grpcPort }) };
  return {
    values: {
      externalQdrant: { enabled: true, endpoint: at.url, apiKey: heldElsewhere(at.apiKey), timeout: 20, grpc },
    },
    gives: {
      QDRANT_URL: at.url,
      QDRANT_CLIENT_TIMEOUT: '20',
      QDRANT_GRPC_ENABLED: String(grpc.enabled),
      ...(at.grpcPort === undefined ? {} : { QDRANT_GRPC_PORT: String(at.grpcPort) }),
      ...(at.apiKey === undefined ? { QDRANT_API_KEY: '' } : {}),
    },
  };
}

function milvus({ milvus: at }: Store<'milvus'>): Part {
  return {
    values: {
      externalMilvus: {
        enabled: true,
        uri: at.url,
        database: at.database,
        token: heldElsewhere(at.token),
        user: at.username ?? '',
        password: heldElsewhere(at.password),
      },
    },
    gives: {
      MILVUS_URI: at.url,
      MILVUS_DATABASE: at.database,
      MILVUS_USER: at.username ?? '',
      ...(at.token === undefined ? { MILVUS_TOKEN: '' } : {}),
      ...(at.password === undefined ? { MILVUS_PASSWORD: '' } : {}),
    },
  };
}

function pgvector({ pgvector: at }: Store<'pgvector'>): Part {
  const host = unquoted('PGVECTOR_HOST', at.host);
  const database = unquoted('PGVECTOR_DATABASE', at.database);
  return {
    values: {
      externalPgvector: {
        enabled: true,
        address: host.value,
        port: at.port,
        username: at.username,
        password: HELD_ELSEWHERE,
        dbName: database.value,
      },
    },
    gives: { ...host.gives, ...database.gives, PGVECTOR_PORT: String(at.port), PGVECTOR_USER: at.username },
  };
}

function tencent({ tencent: at }: Store<'tencent'>): Part {
  return {
    values: {
      externalTencentVectorDB: {
        enabled: true,
        url: at.url,
        apiKey: HELD_ELSEWHERE,
        username: at.username,
        database: at.database,
      },
    },
    gives: {
      TENCENT_VECTOR_DB_URL: at.url,
      TENCENT_VECTOR_DB_USERNAME: at.username,
      TENCENT_VECTOR_DB_DATABASE: at.database,
    },
  };
}

function myscale({ myscale: at }: Store<'myscale'>): Part {
  return {
    values: {
      externalMyScaleDB: {
        enabled: true,
        host: at.host,
        port: at.port,
        username: at.username,
        password: HELD_ELSEWHERE,
        database: at.database,
      },
    },
    gives: {
      MYSCALE_HOST: at.host,
      MYSCALE_PORT: String(at.port),
      MYSCALE_USER: at.username,
      MYSCALE_DATABASE: at.database,
    },
  };
}

function tablestore({ tablestore: at }: Store<'tablestore'>): Part {
  return {
    values: {
      externalTableStore: {
        enabled: true,
        endpoint: at.endpoint,
        instanceName: at.instanceName,
        accessKeyId: HELD_ELSEWHERE,
        accessKeySecret: HELD_ELSEWHERE,
      },
    },
    gives: { TABLESTORE_ENDPOINT: at.endpoint, TABLESTORE_INSTANCE_NAME: at.instanceName },
  };
}

/** The api wants the scheme with the host, since that is what turns TLS on; host and port are the table's. */
function elasticsearch(store: Store<'elasticsearch'>, wanted: Variables): Part {
  const { ELASTICSEARCH_HOST: host = '', ELASTICSEARCH_PORT: port = '' } = wanted;
  const { username } = store.elasticsearch;
  return {
    values: {
      externalElasticsearch: { enabled: true, host, port: Number(port), username, password: HELD_ELSEWHERE },
    },
    gives: { ELASTICSEARCH_HOST: host, ELASTICSEARCH_PORT: port, ELASTICSEARCH_USERNAME: username },
  };
}
