import { byDefault, type Question, whenever } from '../question.ts';
import {
  defaultedField,
  managedBy,
  managedPromises,
  optionalText,
  requiredText,
  secretReference,
  tlsQuestions,
} from './fields.ts';

const external = whenever({ 'redis.mode': 'external' });
const standalone = whenever({ 'redis.mode': 'external', 'redis.topology': 'standalone' });
const sentinel = whenever({ 'redis.mode': 'external', 'redis.topology': 'sentinel' });

export const redisQuestions: readonly Question[] = [
  {
    id: 'redis.mode',
    fills: ['redis.mode'],
    title: 'Redis',
    why: 'It stores the queue, the cache and running streams. A bundled Redis is a single copy: prod needs an external one.',
    kind: 'select',
    choices: () => [
      { value: 'bundled', title: 'bundled', description: 'installed beside Dify, one copy' },
      { value: 'external', title: 'external', description: 'an existing server' },
    ],
    asked: whenever({ tier: 'test' }),
    when: whenever({ tier: ['test', 'prod'] }),
    required: true,
  },
  {
    id: 'redis.topology',
    fills: ['redis.topology'],
    title: 'How Redis is reached',
    why: 'A managed Redis has one address that follows the primary: choose standalone. Redis Cluster is not supported: Celery cannot use it as its broker.',
    kind: 'select',
    choices: () => [
      { value: 'standalone', title: 'standalone', description: 'one address' },
      { value: 'sentinel', title: 'sentinel', description: 'sentinels name the primary' },
      { value: 'cluster', title: 'cluster', unavailable: 'Celery cannot use Redis Cluster as its broker' },
    ],
    asked: 'always',
    when: external,
    required: true,
    offer: byDefault('standalone'),
  },
  requiredText('redis.host', standalone, {
    title: 'Host of Redis',
    why: 'The host as Dify reaches it, without scheme, port or database.',
  }),
  defaultedField('redis.port', standalone, 6379, {
    title: 'Port of Redis',
    why: 'Managed services with TLS often use 6380.',
  }),
  requiredText('redis.sentinel.master', sentinel, {
    title: 'Name of the primary that the sentinels watch',
    why: 'The name in `sentinel monitor NAME`; usually mymaster.',
  }),
  {
    id: 'redis.sentinel.nodes',
    fills: ['redis.sentinel.nodes'],
    title: 'Sentinels, each host:port',
    why: 'Comma separated. Three keep a quorum if one is lost.',
    kind: 'list',
    asked: 'always',
    when: sentinel,
    required: true,
  },
  optionalText('redis.sentinel.username', sentinel, {
    title: 'User of the sentinels',
    why: 'Only if the sentinels have access lists.',
  }),
  secretReference('redis.sentinel.password', sentinel, undefined, {
    title: 'Password of the sentinels',
    why: 'Only if the sentinels require one. It is not the password of Redis.',
    asked: 'always',
    required: false,
  }),
  optionalText('redis.username', external, {
    title: 'User of Redis',
    why: 'Only with access lists (Redis 6 and newer); the default user needs no name.',
  }),
  secretReference('redis.password', external, 'DIFY_REDIS_PASSWORD', {
    title: 'Password of Redis',
    why: 'The file contains a reference, never the password. Leave empty if Redis has no password, which prod should not have.',
    required: false,
  }),
  ...tlsQuestions('redis', external),
  managedBy('redis', external, 'rarely'),
  ...managedPromises('redis'),
  ...(['cache', 'broker', 'agent'] as const).map(
    (part, number): Question =>
      defaultedField(`redis.databases.${part}`, whenever({ tier: ['test', 'prod'] }), number, {
        title: `Number of the ${part} database in Redis`,
        why: 'The three numbers must differ. Only a shared Redis needs other numbers.',
      }),
  ),
  secretReference('redis.agentUrl', external, undefined, {
    title: 'A plain redis:// address for the agent backend',
    why: 'The agent backend cannot use Sentinel: without a plain address, it is disabled.',
    asked: 'rarely',
    required: false,
  }),
];
