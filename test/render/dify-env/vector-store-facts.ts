import { fakeSecret } from './resolved.ts';

const ref = { env: 'X' };
const at = (path: string) => fakeSecret(`vectorStore.${path}`);

/** provider, block, what api and worker see (Dify 1.16's vector store settings). */
export const VECTOR_STORES = [
  [
    'weaviate',
    { url: 'https://w', grpcUrl: 'grpc://w:50051', apiKey: ref },
    {
      WEAVIATE_ENDPOINT: 'https://w',
      WEAVIATE_GRPC_ENDPOINT: 'grpc://w:50051',
      WEAVIATE_API_KEY: at('weaviate.apiKey'),
    },
  ],
  [
    'qdrant',
    { url: 'https://q:6333', grpcPort: 6334, apiKey: ref },
    {
      QDRANT_URL: 'https://q:6333',
      QDRANT_API_KEY: at('qdrant.apiKey'),
      QDRANT_GRPC_ENABLED: 'true',
      QDRANT_GRPC_PORT: '6334',
      QDRANT_REPLICATION_FACTOR: '2',
    },
  ],
  [
    'milvus',
    { url: 'https://m:19530', token: ref },
    {
      MILVUS_URI: 'https://m:19530',
      MILVUS_DATABASE: 'default',
      MILVUS_TOKEN: at('milvus.token'),
      MILVUS_USER: '',
      MILVUS_PASSWORD: '',
    },
  ],
  [
    'milvus',
    { url: 'https://m:19530', username: 'u', password: ref },
    { MILVUS_TOKEN: '', MILVUS_USER: 'u', MILVUS_PASSWORD: at('milvus.password') },
  ],
  [
    'pgvector',
    { host: 'v', username: 'u', password: ref },
    {
      PGVECTOR_HOST: 'v',
      PGVECTOR_PORT: '5432',
      PGVECTOR_USER: 'u',
      PGVECTOR_PASSWORD: at('pgvector.password'),
      PGVECTOR_DATABASE: 'dify',
    },
  ],
  [
    'tencent',
    { url: 'http://t', apiKey: ref },
    {
      TENCENT_VECTOR_DB_URL: 'http://t',
      TENCENT_VECTOR_DB_API_KEY: at('tencent.apiKey'),
      TENCENT_VECTOR_DB_USERNAME: 'root',
      TENCENT_VECTOR_DB_DATABASE: 'dify',
    },
  ],
  [
    'myscale',
    { host: 's', password: ref },
    {
      MYSCALE_HOST: 's',
      MYSCALE_PORT: '8123',
      MYSCALE_USER: 'default',
      MYSCALE_PASSWORD: at('myscale.password'),
      MYSCALE_DATABASE: 'dify',
    },
  ],
  [
    'tablestore',
    { endpoint: 'https://ts', instanceName: 'i', accessKeyId: ref, accessKeySecret: ref },
    {
      TABLESTORE_ENDPOINT: 'https://ts',
      TABLESTORE_INSTANCE_NAME: 'i',
      TABLESTORE_ACCESS_KEY_ID: at('tablestore.accessKeyId'),
      TABLESTORE_ACCESS_KEY_SECRET: at('tablestore.accessKeySecret'),
    },
  ],
  [
    'elasticsearch',
    { url: 'https://es:9200', password: ref },
    {
      ELASTICSEARCH_HOST: 'https://es',
      ELASTICSEARCH_PORT: '9200',
      ELASTICSEARCH_USERNAME: 'elastic',
      ELASTICSEARCH_PASSWORD: at('elasticsearch.password'),
      ELASTICSEARCH_VERIFY_CERTS: 'true',
    },
  ],
  [
    'elasticsearch',
    { url: 'https://es:9200', caFile: './ca.pem', password: ref },
    { ELASTICSEARCH_VERIFY_CERTS: 'true', ELASTICSEARCH_CA_CERTS: '/etc/difyctl/certificates/vector-store-ca.pem' },
  ],
  [
    'milvus',
    { url: 'https://m.example:19530', caFile: './ca.pem', token: ref },
    {
      MILVUS_URI: 'https://m.example:19530',
      MILVUS_SECURE: 'true',
      MILVUS_SERVER_PEM_PATH: '/etc/difyctl/certificates/vector-store-ca.pem',
      MILVUS_SERVER_NAME: 'm.example',
    },
  ],
  [
    'opensearch',
    { url: 'https://os:9200', password: ref },
    {
      OPENSEARCH_HOST: 'os',
      OPENSEARCH_PORT: '9200',
      OPENSEARCH_SECURE: 'true',
      OPENSEARCH_VERIFY_CERTS: 'true',
      OPENSEARCH_AUTH_METHOD: 'basic',
      OPENSEARCH_USER: 'admin',
      OPENSEARCH_PASSWORD: at('opensearch.password'),
    },
  ],
  [
    'opensearch',
    { url: 'http://os', username: 'dify', password: ref },
    { OPENSEARCH_PORT: '80', OPENSEARCH_SECURE: 'false', OPENSEARCH_VERIFY_CERTS: 'false', OPENSEARCH_USER: 'dify' },
  ],
  ['elasticsearch', { url: 'http://es', password: ref }, { ELASTICSEARCH_HOST: 'es', ELASTICSEARCH_PORT: '80' }],
] as const;
