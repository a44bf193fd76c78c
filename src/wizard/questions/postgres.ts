import { byDefault, type Question, whenever } from '../question.ts';
import { defaultedField, managedBy, managedPromises, requiredText, secretReference, tlsQuestions } from './fields.ts';

const prod = whenever({ tier: 'prod' });
const external = whenever({ 'postgres.mode': 'external' });

export const postgresQuestions: readonly Question[] = [
  {
    id: 'postgres.mode',
    fills: ['postgres.mode'],
    title: 'PostgreSQL',
    why: 'It stores the data that cannot be computed again. A bundled PostgreSQL is a single copy: prod needs an external one.',
    kind: 'select',
    choices: () => [
      { value: 'bundled', title: 'bundled', description: 'installed beside Dify, one copy' },
      { value: 'external', title: 'external', description: 'an existing server' },
    ],
    asked: whenever({ tier: 'test' }),
    when: whenever({ tier: ['test', 'prod'] }),
    required: true,
  },
  requiredText('postgres.host', external, {
    title: 'Host of PostgreSQL',
    why: 'The host as Dify reaches it, without scheme, port or database.',
  }),
  defaultedField('postgres.port', external, 5432, {
    title: 'Port of PostgreSQL',
    why: 'A connection pooler usually has another port.',
    asked: prod,
  }),
  defaultedField('postgres.username', external, 'dify', {
    title: 'Role in PostgreSQL',
    why: 'It owns the databases. With pg_monitor, difyctl can observe the replication.',
    asked: prod,
  }),
  ...(['main', 'plugin'] as const).map(
    (part): Question => ({
      id: `postgres.databases.${part}`,
      fills: [`postgres.databases.${part}`],
      title: part === 'main' ? 'Database of Dify' : 'Database of the plugin daemon',
      why: 'Both must exist, or the role must have the right to create them.',
      kind: 'text',
      asked: (answers) => external(answers) && prod(answers),
      when: whenever({ tier: ['test', 'prod'] }),
      required: true,
      offer: byDefault(part === 'main' ? 'dify' : 'dify_plugin'),
    }),
  ),
  secretReference('postgres.password', external, 'DIFY_PG_PASSWORD', {
    title: 'Password of PostgreSQL',
    why: 'The file contains a reference, never the password: env:NAME, file:PATH or kubernetes:NAME/KEY.',
  }),
  ...tlsQuestions('postgres', external),
  managedBy('postgres', external, prod),
  ...managedPromises('postgres'),
  {
    id: 'postgres.maxConnections',
    fills: ['postgres.maxConnections'],
    title: 'Connections that the server allows',
    why: 'difyctl compares them with the plan. Leave empty to query the server.',
    kind: 'number',
    asked: 'rarely',
    when: external,
    required: false,
  },
];
