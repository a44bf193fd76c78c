import { SECRET_PLACEHOLDER } from '../chart-block.ts';
import { vectorStore } from './descriptor.ts';
import { sqlQuestions } from './fields.ts';
import { sqlEnv } from './sql.ts';

export const myscale = vectorStore({
  id: 'myscale',
  schema: ({ object, databaseName, host, line, port, secretRef }) =>
    object({
      host,
      port: port.default(8123),
      username: line.default('default'),
      password: secretRef,
      database: databaseName.default('dify'),
    }),
  questions: sqlQuestions({ port: 8123, username: 'default', variable: 'DIFY_MYSCALE_PASSWORD' }),
  url: (at) => {
    // clickhouse-connect uses https for these two ports only.
    const scheme = at.port === 443 || at.port === 8443 ? 'https' : 'http';
    return new URL(`${scheme}://${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`);
  },
  endpoints: (at) => [{ host: at.host, port: at.port }],
  env: (at) => sqlEnv('MYSCALE', at, 'vectorStore.myscale.password'),
  chart: (at) => ({
    values: {
      externalMyScaleDB: {
        enabled: true,
        host: at.host,
        port: at.port,
        username: at.username,
        password: SECRET_PLACEHOLDER,
        database: at.database,
      },
    },
    gives: {
      MYSCALE_HOST: at.host,
      MYSCALE_PORT: String(at.port),
      MYSCALE_USER: at.username,
      MYSCALE_DATABASE: at.database,
    },
  }),
  chartSecrets: ['externalMyScaleDB.password'],
  hasDatabase: true,
});
