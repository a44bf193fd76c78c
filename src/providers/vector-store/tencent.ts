import { SECRET_PLACEHOLDER } from '../chart-block.ts';
import { literal, secret } from '../env-entry.ts';
import { defaulted, KEY, secretField } from '../question.ts';
import { vectorStore } from './descriptor.ts';
import { ACCOUNT, addressQuestion } from './fields.ts';

export const tencent = vectorStore({
  id: 'tencent',
  title: 'Tencent Cloud VectorDB',
  schema: ({ object, databaseName, httpUrl, line, secretRef }) =>
    object({
      url: httpUrl,
      username: line.default('root'),
      apiKey: secretRef,
      database: databaseName.default('dify'),
    }),
  questions: [
    addressQuestion(),
    secretField('apiKey', 'DIFY_TENCENT_VECTOR_API_KEY', { title: 'API key', why: KEY }),
    defaulted('username', 'root', { title: 'User of the vector store', why: ACCOUNT }),
    defaulted('database', 'dify', { title: 'Database of the vectors', why: ACCOUNT }),
  ],
  url: ({ url }) => new URL(url),
  env: ({ url, username, database }) => [
    literal('TENCENT_VECTOR_DB_URL', url),
    secret('TENCENT_VECTOR_DB_API_KEY', 'vectorStore.tencent.apiKey'),
    literal('TENCENT_VECTOR_DB_USERNAME', username),
    literal('TENCENT_VECTOR_DB_DATABASE', database),
  ],
  chart: ({ url, username, database }) => ({
    values: { externalTencentVectorDB: { enabled: true, url, apiKey: SECRET_PLACEHOLDER, username, database } },
    gives: {
      TENCENT_VECTOR_DB_URL: url,
      TENCENT_VECTOR_DB_USERNAME: username,
      TENCENT_VECTOR_DB_DATABASE: database,
    },
  }),
  chartSecrets: ['externalTencentVectorDB.apiKey'],
  hasDatabase: true,
  copies: {
    raise: 'set TENCENT_VECTOR_DB_REPLICAS to 2 in components.api.extraEnv and components.worker.extraEnv',
  },
  vendor: 'Tencent Cloud',
  console: 'tccli vdb DescribeInstances',
});
