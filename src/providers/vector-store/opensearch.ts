import { portOf } from '../endpoint.ts';
import { literal, secret } from '../env-entry.ts';
import { defaulted, KEY, secretField } from '../question.ts';
import { vectorStore } from './descriptor.ts';
import { addressQuestion } from './fields.ts';

/**
 * OpenSearch with a user and a password. Dify does not pass a CA certificate to the client. Dify's other login, the AWS
 * signature (`aws_managed_iam`), cannot be probed from outside the pods, so the file does not offer it. Sources:
 * langgenius/dify, api/configs/middleware/vdb/opensearch_config.py and api/providers/vdb/vdb-opensearch,
 * opensearch_vector.py.
 */
export const opensearch = vectorStore({
  id: 'opensearch',
  title: 'OpenSearch with the plugin k-NN',
  schema: ({ object, httpUrl, line, secretRef }) =>
    object({ url: httpUrl, username: line.default('admin'), password: secretRef }),
  questions: [
    addressQuestion('usually 9200'),
    defaulted('username', 'admin', {
      title: 'User of the vector store',
      why: 'It needs the right to create and write indices.',
    }),
    secretField('password', 'DIFY_OPENSEARCH_PASSWORD', { title: 'Password of the vector store', why: KEY }),
  ],
  problems: ({ url }) =>
    new URL(url).pathname === '/'
      ? []
      : [{ field: 'url', message: 'must not contain a path: Dify accepts only a host and a port' }],
  url: ({ url }) => new URL(url),
  env: ({ url: text, username }) => {
    const url = new URL(text);
    const secure = url.protocol === 'https:';
    return [
      literal('OPENSEARCH_HOST', url.hostname),
      literal('OPENSEARCH_PORT', portOf(url)),
      literal('OPENSEARCH_SECURE', secure),
      literal('OPENSEARCH_VERIFY_CERTS', secure),
      literal('OPENSEARCH_AUTH_METHOD', 'basic'),
      literal('OPENSEARCH_USER', username),
      secret('OPENSEARCH_PASSWORD', 'vectorStore.opensearch.password'),
    ];
  },
  chartSecrets: [],
  // OpenSearch 1.2.0 release notes: k-NN's engine faiss, which every index of Dify uses. Not read again.
  minimum: { version: '1.2.0', reason: 'Dify uses the engine faiss, which 1.2.0 introduced' },
  copies: {
    raise: 'set number_of_replicas to 1 in the index template that matches the names of Dify',
    again: (address, name) =>
      `PUT http://${address}/${encodeURIComponent(name)}/_settings with {"index": {"number_of_replicas": 1}}`,
  },
  console: 'aws opensearch describe-domain --domain-name NAME: zones and instances',
});
