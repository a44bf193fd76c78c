import type { Tier } from '../../checklist/tiers.ts';
import type { VectorStore } from '../../deployment/schema/vector-store.ts';
import type { ServiceAddresses } from './addresses.ts';
import { caFilePath, vectorsCaFile } from './authorities.ts';
import { type EnvEntry, literal, secret } from './entry.ts';

type External = Extract<VectorStore, { readonly mode: 'external' }>;
type Store<P extends External['provider']> = Extract<External, { readonly provider: P }>;

/** The vector store as api, worker, beat and websocket name it. */
export function vectorStoreEnv(store: VectorStore, tier: Tier, addresses: ServiceAddresses): readonly EnvEntry[] {
  const provider = literal('VECTOR_STORE', store.provider);
  return [
    provider,
    ...(store.mode === 'bundled' ? bundled(addresses) : external(store, tier, ownAuthority(store, addresses))),
  ];
}

function bundled(addresses: ServiceAddresses): readonly EnvEntry[] {
  return [
    literal('WEAVIATE_ENDPOINT', addresses.bundled.weaviate.http),
    literal('WEAVIATE_GRPC_ENDPOINT', addresses.bundled.weaviate.grpc),
    secret('WEAVIATE_API_KEY', 'vectorStore.apiKey'),
  ];
}

function ownAuthority(store: External, { paths }: ServiceAddresses): string | undefined {
  return vectorsCaFile(store) === undefined ? undefined : caFilePath(paths, 'vectorStore');
}

function external(store: External, tier: Tier, ca: string | undefined): readonly EnvEntry[] {
  switch (store.provider) {
    case 'weaviate':
      return weaviate(store);
    case 'qdrant':
      return qdrant(store, tier);
    case 'milvus':
      return milvus(store, ca);
    case 'pgvector':
      return sqlServer('PGVECTOR', store.pgvector, 'vectorStore.pgvector.password');
    case 'tencent':
      return [
        literal('TENCENT_VECTOR_DB_URL', store.tencent.url),
        secret('TENCENT_VECTOR_DB_API_KEY', 'vectorStore.tencent.apiKey'),
        literal('TENCENT_VECTOR_DB_USERNAME', store.tencent.username),
        literal('TENCENT_VECTOR_DB_DATABASE', store.tencent.database),
      ];
    case 'myscale':
      return sqlServer('MYSCALE', store.myscale, 'vectorStore.myscale.password');
    case 'tablestore':
      return [
        literal('TABLESTORE_ENDPOINT', store.tablestore.endpoint),
        literal('TABLESTORE_INSTANCE_NAME', store.tablestore.instanceName),
        secret('TABLESTORE_ACCESS_KEY_ID', 'vectorStore.tablestore.accessKeyId'),
        secret('TABLESTORE_ACCESS_KEY_SECRET', 'vectorStore.tablestore.accessKeySecret'),
      ];
    case 'elasticsearch':
      return elasticsearch(store, ca);
  }
}

function weaviate({ weaviate: block }: Store<'weaviate'>): readonly EnvEntry[] {
  return [
    literal('WEAVIATE_ENDPOINT', block.url),
    ...(block.grpcUrl === undefined ? [] : [literal('WEAVIATE_GRPC_ENDPOINT', block.grpcUrl)]),
    block.apiKey === undefined
      ? literal('WEAVIATE_API_KEY', '')
      : secret('WEAVIATE_API_KEY', 'vectorStore.weaviate.apiKey'),
  ];
}

/** Dify makes the collections itself, so the number of copies is its to say: two in prod, upstream's one in test. */
function qdrant({ qdrant: block }: Store<'qdrant'>, tier: Tier): readonly EnvEntry[] {
  return [
    literal('QDRANT_URL', block.url),
    block.apiKey === undefined ? literal('QDRANT_API_KEY', '') : secret('QDRANT_API_KEY', 'vectorStore.qdrant.apiKey'),
    literal('QDRANT_CLIENT_TIMEOUT', 20),
    literal('QDRANT_GRPC_ENABLED', block.grpcPort !== undefined),
    ...(block.grpcPort === undefined ? [] : [literal('QDRANT_GRPC_PORT', block.grpcPort)]),
    literal('QDRANT_REPLICATION_FACTOR', tier === 'prod' ? 2 : 1),
  ];
}

/** A `server_pem_path` is what pymilvus trusts, and it then wants the name told; Dify knows the three since 1.15 (langgenius/dify#36265). */
function milvus({ milvus: block }: Store<'milvus'>, ca: string | undefined): readonly EnvEntry[] {
  return [
    literal('MILVUS_URI', block.url),
    literal('MILVUS_DATABASE', block.database),
    block.token === undefined ? literal('MILVUS_TOKEN', '') : secret('MILVUS_TOKEN', 'vectorStore.milvus.token'),
    literal('MILVUS_USER', block.username ?? ''),
    block.password === undefined
      ? literal('MILVUS_PASSWORD', '')
      : secret('MILVUS_PASSWORD', 'vectorStore.milvus.password'),
    ...(ca === undefined
      ? []
      : [
          literal('MILVUS_SECURE', true),
          literal('MILVUS_SERVER_PEM_PATH', ca),
          literal('MILVUS_SERVER_NAME', new URL(block.url).hostname),
        ]),
  ];
}

interface SqlServer {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly database: string;
}

function sqlServer(prefix: 'PGVECTOR' | 'MYSCALE', server: SqlServer, password: string): readonly EnvEntry[] {
  return [
    literal(`${prefix}_HOST`, server.host),
    literal(`${prefix}_PORT`, server.port),
    literal(`${prefix}_USER`, server.username),
    secret(`${prefix}_PASSWORD`, password),
    literal(`${prefix}_DATABASE`, server.database),
  ];
}

/** Dify joins host and port itself and speaks TLS only where the host carries `https://`; certificates are then checked. */
function elasticsearch({ elasticsearch: block }: Store<'elasticsearch'>, ca: string | undefined): readonly EnvEntry[] {
  const url = new URL(block.url);
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? '443' : '80') : url.port;
  return [
    literal('ELASTICSEARCH_HOST', secure ? `https://${url.hostname}` : url.hostname),
    literal('ELASTICSEARCH_PORT', port),
    literal('ELASTICSEARCH_USERNAME', block.username),
    secret('ELASTICSEARCH_PASSWORD', 'vectorStore.elasticsearch.password'),
    ...(secure ? [literal('ELASTICSEARCH_VERIFY_CERTS', true)] : []),
    ...(ca === undefined ? [] : [literal('ELASTICSEARCH_CA_CERTS', ca)]),
  ];
}
