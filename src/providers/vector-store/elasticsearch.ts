import { SECRET_PLACEHOLDER } from '../chart-block.ts';
import { portOf } from '../endpoint.ts';
import { literal, secret } from '../env-entry.ts';
import { defaulted, KEY, secretField } from '../question.ts';
import { vectorStore } from './descriptor.ts';
import { addressQuestion, caQuestion } from './fields.ts';

export const elasticsearch = vectorStore({
  id: 'elasticsearch',
  schema: ({ object, filePath, httpUrl, line, secretRef }) =>
    object({
      url: httpUrl,
      caFile: filePath.optional(),
      username: line.default('elastic'),
      password: secretRef,
    }),
  questions: [
    addressQuestion('usually 9200'),
    caQuestion(),
    defaulted('username', 'elastic', {
      title: 'User of the vector store',
      why: 'It needs the right to create and write indices.',
    }),
    secretField('password', 'DIFY_ELASTICSEARCH_PASSWORD', { title: 'Password of the vector store', why: KEY }),
  ],
  url: ({ url }) => new URL(url),
  // Dify joins host and port itself. It uses TLS only if the host begins with `https://`, and then verifies
  // certificates.
  env: ({ url: text, username }, { ca }) => {
    const url = new URL(text);
    const secure = url.protocol === 'https:';
    return [
      literal('ELASTICSEARCH_HOST', secure ? `https://${url.hostname}` : url.hostname),
      literal('ELASTICSEARCH_PORT', portOf(url)),
      literal('ELASTICSEARCH_USERNAME', username),
      secret('ELASTICSEARCH_PASSWORD', 'vectorStore.elasticsearch.password'),
      ...(secure ? [literal('ELASTICSEARCH_VERIFY_CERTS', true)] : []),
      ...(ca === undefined ? [] : [literal('ELASTICSEARCH_CA_CERTS', ca)]),
    ];
  },
  // The API needs the scheme in the host, because it turns TLS on.
  chart: ({ username }, { ELASTICSEARCH_HOST: host = '', ELASTICSEARCH_PORT: port = '' }) => ({
    values: {
      externalElasticsearch: { enabled: true, host, port: Number(port), username, password: SECRET_PLACEHOLDER },
    },
    gives: { ELASTICSEARCH_HOST: host, ELASTICSEARCH_PORT: port, ELASTICSEARCH_USERNAME: username },
  }),
  chartSecrets: ['externalElasticsearch.password'],
  // langgenius/dify, api/providers/vdb/vdb-elasticsearch, elasticsearch_vector.py: at start, it refuses a server below
  // 8.0.0.
  minimum: { version: '8.0.0', reason: 'Dify refuses older versions' },
  copies: {
    raise: 'set number_of_replicas to 1 in the index template that matches the names of Dify',
    again: (address, name) =>
      `PUT http://${address}/${encodeURIComponent(name)}/_settings with {"index": {"number_of_replicas": 1}}`,
  },
  console: 'check the deployment in the console of Elastic Cloud: zones and replicas',
});
