import * as z from 'zod';
import { filePath, host, httpUrl, line, port } from './fields.ts';
import { managed, secretRef } from './secret-ref.ts';

const external = { mode: z.literal('external') };
const promises = { managed: managed.optional() };
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
  caFile: filePath.optional(),
  database: line.default('default'),
  token: secretRef.optional(),
  username: line.optional(),
  password: secretRef.optional(),
});
const pgvector = z.strictObject({
  host,
  port: port.default(5432),
  username: line,
  password: secretRef,
  database: database.default('dify'),
});
const tencent = z.strictObject({
  url: httpUrl,
  username: line.default('root'),
  apiKey: secretRef,
  database: database.default('dify'),
});
const myscale = z.strictObject({
  host,
  port: port.default(8123),
  username: line.default('default'),
  password: secretRef,
  database: database.default('dify'),
});
const tablestore = z.strictObject({
  endpoint: httpUrl,
  instanceName: line,
  accessKeyId: secretRef,
  accessKeySecret: secretRef,
});
const elasticsearch = z.strictObject({
  url: httpUrl,
  caFile: filePath.optional(),
  username: line.default('elastic'),
  password: secretRef,
});

const externalVectorStore = z.discriminatedUnion('provider', [
  z.strictObject({ ...external, provider: z.literal('weaviate'), weaviate, ...promises }),
  z.strictObject({ ...external, provider: z.literal('qdrant'), qdrant, ...promises }),
  z.strictObject({ ...external, provider: z.literal('milvus'), milvus, ...promises }),
  z.strictObject({ ...external, provider: z.literal('pgvector'), pgvector, ...promises }),
  z.strictObject({ ...external, provider: z.literal('tencent'), tencent, ...promises }),
  z.strictObject({ ...external, provider: z.literal('myscale'), myscale, ...promises }),
  z.strictObject({ ...external, provider: z.literal('tablestore'), tablestore, ...promises }),
  z.strictObject({ ...external, provider: z.literal('elasticsearch'), elasticsearch, ...promises }),
]);

/** Weaviate is the only store that the community chart and upstream's Compose both ship by default. */
const bundledVectorStore = z.strictObject({
  mode: z.literal('bundled'),
  provider: z.literal('weaviate').default('weaviate'),
  apiKey: secretRef.optional(),
});

export const vectorStore = z.discriminatedUnion('mode', [bundledVectorStore, externalVectorStore]);
export type VectorStore = z.output<typeof vectorStore>;
