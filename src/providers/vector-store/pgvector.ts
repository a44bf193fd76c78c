import { SECRET_PLACEHOLDER, unquoted } from '../chart-block.ts';
import { vectorStore } from './descriptor.ts';
import { sqlQuestions } from './fields.ts';
import { sqlEnv } from './sql.ts';

export const pgvector = vectorStore({
  id: 'pgvector',
  title: 'PostgreSQL with the extension vector',
  schema: ({ object, databaseName, host, line, port, secretRef }) =>
    object({
      host,
      port: port.default(5432),
      username: line,
      password: secretRef,
      database: databaseName.default('dify'),
    }),
  questions: sqlQuestions({ port: 5432, variable: 'DIFY_PGVECTOR_PASSWORD' }),
  endpoints: (at) => [{ host: at.host, port: at.port }],
  env: (at) => sqlEnv('PGVECTOR', at, 'vectorStore.pgvector.password'),
  chart: (at) => {
    const address = unquoted('PGVECTOR_HOST', at.host);
    const database = unquoted('PGVECTOR_DATABASE', at.database);
    return {
      values: {
        externalPgvector: {
          enabled: true,
          address: address.value,
          port: at.port,
          username: at.username,
          password: SECRET_PLACEHOLDER,
          dbName: database.value,
        },
      },
      gives: { ...address.gives, ...database.gives, PGVECTOR_PORT: String(at.port), PGVECTOR_USER: at.username },
    };
  },
  chartSecrets: ['externalPgvector.password'],
  // github.com/pgvector/pgvector, CHANGELOG.md, 0.5.0: HNSW indexes, which Dify creates.
  minimum: { version: '0.5.0', reason: 'Dify creates HNSW indexes, which 0.5.0 introduced' },
  hasDatabase: true,
});
