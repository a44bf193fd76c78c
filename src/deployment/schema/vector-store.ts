import * as z from 'zod';
import { host, httpUrl, line, port } from './fields.ts';
import { managed, secretRef } from './secret-ref.ts';

const external = { mode: z.literal('external'), managed: managed.optional() };
const database = z.string().regex(/^[A-Za-z_][A-Za-z0-9_$-]{0,62}$/, 'a database name');

const weaviate = z.strictObject({
  url: httpUrl,
  grpcUrl: z
    .string()
    .regex(/^(grpcs?:\/\/)?[-A-Za-z0-9_.]+:\d{1,5}$/, 'host:port or grpc://host:port')
    .optional(),
  apiKey: secretRef.optional(),
});
const qdrant = z.strictObject({ url: httpUrl, grpcPort: port.optional(), apiKey: secretRef.optional() });
const milvus = z.strictObject({
  url: httpUrl,
  database: line.default('default'),
  token: secretRef.optional(),
  username: line.optional(),
  password: secretRef.optional(),
});
const sqlServer = { host, username: line, password: secretRef };
const pgvector = z.strictObject({ ...sqlServer, port: port.default(5432), database: database.default('dify') });
const tencent = z.strictObject({
  url: httpUrl,
  apiKey: secretRef,
  username: line.default('root'),
  database: database.default('dify'),
});
const myscale = z.strictObject({
  ...sqlServer,
  username: line.default('default'),
  port: port.default(8123),
  database: database.default('dify'),
});
const tablestore = z.strictObject({
  endpoint: httpUrl,
  instanceName: line,
  accessKeyId: secretRef,
  accessKeySecret: secretRef,
});
const elasticsearch = z.strictObject({ url: httpUrl, username: line.default('elastic'), password: secretRef });

const externalVectorStore = z.discriminatedUnion('provider', [
  z.strictObject({ ...external, provider: z.literal('weaviate'), weaviate }),
  z.strictObject({ ...external, provider: z.literal('qdrant'), qdrant }),
  z.strictObject({ ...external, provider: z.literal('milvus'), milvus }),
  z.strictObject({ ...external, provider: z.literal('pgvector'), pgvector }),
  z.strictObject({ ...external, provider: z.literal('tencent'), tencent }),
  z.strictObject({ ...external, provider: z.literal('myscale'), myscale }),
  z.strictObject({ ...external, provider: z.literal('tablestore'), tablestore }),
  z.strictObject({ ...external, provider: z.literal('elasticsearch'), elasticsearch }),
]);

/** Weaviate is the only store that the community chart and upstream's Compose both ship by default. */
const bundledVectorStore = z.strictObject({
  mode: z.literal('bundled'),
  provider: z.literal('weaviate').default('weaviate'),
  apiKey: secretRef.optional(),
});

export const vectorStore = z.discriminatedUnion('mode', [bundledVectorStore, externalVectorStore]);
export type VectorStore = z.output<typeof vectorStore>;
