import type * as z from 'zod';
import { secretPlaceholder } from '../chart-block.ts';
import { withPort } from '../endpoint.ts';
import { literal, optionalSecret } from '../env-entry.ts';
import { defaulted, type FieldCondition, type FieldQuestion, KEY, optional, secretField } from '../question.ts';
import type { SchemaFields } from '../schema-fields.ts';
import { type FieldProblem, vectorStore } from './descriptor.ts';
import { addressQuestion, caQuestion } from './fields.ts';

const schema = ({ object, filePath, httpUrl, line, secretRef }: SchemaFields) =>
  object({
    url: httpUrl,
    caFile: filePath.optional(),
    database: line.default('default'),
    token: secretRef.optional(),
    username: line.optional(),
    password: secretRef.optional(),
  });
type Block = z.output<ReturnType<typeof schema>>;

const given =
  (field: string): FieldCondition =>
  (isGiven) =>
    isGiven(field);

const questions: readonly FieldQuestion[] = [
  addressQuestion('usually 19530'),
  caQuestion(),
  defaulted('database', 'default', {
    title: 'Database in Milvus',
    why: 'Only if Dify shares Milvus with other applications.',
  }),
  secretField('token', 'DIFY_MILVUS_TOKEN', {
    title: 'Token',
    why: `${KEY} Leave empty to use a user and a password.`,
    required: false,
    when: (isGiven) => !isGiven('username') && !isGiven('password'),
  }),
  {
    ...optional('username', { title: 'User of the vector store', why: 'Only without a token.', asked: 'always' }),
    required: given('password'),
    when: (isGiven) => !isGiven('token'),
  },
  secretField('password', 'DIFY_MILVUS_PASSWORD', {
    title: 'Password of the vector store',
    why: 'The file contains a reference, never the password.',
    asked: given('username'),
    required: given('username'),
    when: (isGiven) => !isGiven('token'),
  }),
];

function problems({ token, username, password }: Block): readonly FieldProblem[] {
  const both = username !== undefined || password !== undefined;
  const found: readonly (readonly [boolean, FieldProblem])[] = [
    [
      token !== undefined && both,
      { field: 'token', message: 'not allowed with username and password; keep one of the two' },
    ],
    [username !== undefined && password === undefined, { field: 'password', message: 'required with a username' }],
    [password !== undefined && username === undefined, { field: 'username', message: 'required with a password' }],
  ];
  return found.flatMap(([holds, problem]) => (holds ? [problem] : []));
}

export const milvus = vectorStore({
  id: 'milvus',
  schema,
  descriptions: { token: 'where the token is, in place of username and password' },
  // MILVUS_SERVER_PEM_PATH (langgenius/dify#36265).
  caSince: '1.15.0',
  questions,
  problems,
  // pymilvus's port if the address has none. With https it is 443.
  url: ({ url }) => withPort(url, url.startsWith('https:') ? 443 : 19_530),
  // pymilvus trusts `server_pem_path` and then also needs the server's name. Dify reads the three variables since 1.15.
  env: ({ url, database, token, username, password }, { ca }) => [
    literal('MILVUS_URI', url),
    literal('MILVUS_DATABASE', database),
    optionalSecret('MILVUS_TOKEN', 'vectorStore.milvus.token', token),
    literal('MILVUS_USER', username ?? ''),
    optionalSecret('MILVUS_PASSWORD', 'vectorStore.milvus.password', password),
    ...(ca === undefined
      ? []
      : [
          literal('MILVUS_SECURE', true),
          literal('MILVUS_SERVER_PEM_PATH', ca),
          literal('MILVUS_SERVER_NAME', new URL(url).hostname),
        ]),
  ],
  chart: ({ url, database, token, username, password }) => ({
    values: {
      externalMilvus: {
        enabled: true,
        uri: url,
        database,
        token: secretPlaceholder(token),
        user: username ?? '',
        password: secretPlaceholder(password),
      },
    },
    gives: {
      MILVUS_URI: url,
      MILVUS_DATABASE: database,
      MILVUS_USER: username ?? '',
      ...(token === undefined ? { MILVUS_TOKEN: '' } : {}),
      ...(password === undefined ? { MILVUS_PASSWORD: '' } : {}),
    },
  }),
  chartSecrets: ['externalMilvus.token', 'externalMilvus.password'],
  // Milvus 2.2.9 release notes: databases and JSON fields, both of which Dify uses. Not read again: the page no longer
  // goes back to 2.2.9.
  minimum: { version: '2.2.9', reason: 'Dify uses databases and JSON fields, which 2.2.9 introduced' },
  hasDatabase: true,
});
