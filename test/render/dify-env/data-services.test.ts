import { describe, expect, test } from 'vitest';
import { fakeSecret, seen } from './resolved.ts';

const ref = { env: 'X' };

describe('postgres', () => {
  const external = { mode: 'external', host: 'pg', username: 'dify', password: ref };
  const rows = [
    [
      'bundled',
      { mode: 'bundled' },
      { DB_HOST: 'db', DB_USERNAME: 'postgres', DB_DATABASE: 'dify' },
      { DB_DATABASE: 'dify_plugin', DB_SSL_MODE: 'disable', DB_USERNAME: 'postgres' },
    ],
    [
      'external',
      external,
      { DB_HOST: 'pg', DB_PORT: '5432', DB_USERNAME: 'dify', SQLALCHEMY_POOL_PRE_PING: 'true' },
      { DB_SSL_MODE: 'disable', DB_HOST: 'pg' },
    ],
    [
      'require',
      { ...external, tls: { mode: 'require' } },
      { DB_EXTRAS: 'sslmode=require' },
      { DB_SSL_MODE: 'require' },
    ],
    [
      'verify-full',
      { ...external, tls: { mode: 'verify-full' } },
      { DB_EXTRAS: 'sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt' },
      { DB_SSL_MODE: 'require' },
    ],
    [
      'verify-full with a CA',
      { ...external, tls: { mode: 'verify-full', caFile: 'ca.pem' } },
      { DB_EXTRAS: 'sslmode=verify-full&sslrootcert=/etc/difyctl/certificates/postgres-ca.pem' },
      { DB_SSL_MODE: 'require' },
    ],
    [
      'a role per database',
      { ...external, databases: { main: 'a', plugin: { name: 'b', username: 'plug', password: ref } } },
      { DB_DATABASE: 'a', DB_USERNAME: 'dify', DB_PASSWORD: fakeSecret('postgres.password') },
      { DB_DATABASE: 'b', DB_USERNAME: 'plug', DB_PASSWORD: fakeSecret('postgres.databases.plugin.password') },
    ],
  ] as const;
  test.each(rows)('%s', (_name, postgres, api, plugin) => {
    expect(seen('api', { postgres })).toMatchObject({ DB_TYPE: 'postgresql', ...api });
    expect(seen('pluginDaemon', { postgres })).toMatchObject({ DB_TYPE: 'postgresql', ...plugin });
  });
  test('no TLS, no DB_EXTRAS', () => {
    expect(seen('api', { postgres: external })).not.toHaveProperty('DB_EXTRAS');
  });
});

describe('redis', () => {
  const ENCODED = 'redis.password%40%3A%2F%23%25%24%27%22%5C%20x';
  const standalone = { mode: 'external', host: 'r', password: ref };

  test('bundled', () => {
    expect(seen('worker', { redis: { mode: 'bundled' } })).toMatchObject({
      REDIS_HOST: 'redis',
      REDIS_PORT: '6379',
      REDIS_DB: '0',
      REDIS_USE_SSL: 'false',
      CELERY_BROKER_URL: `redis://:${ENCODED}@redis:6379/1`,
      CELERY_BACKEND: 'redis',
    });
    expect(seen('agentBackend').DIFY_AGENT_REDIS_URL).toBe(`redis://:${ENCODED}@redis:6379/2`);
  });

  const rows = [
    ['no password', { mode: 'external', host: 'r' }, 'redis://r:6379/1', 'redis://r:6379/2'],
    [
      'user',
      { ...standalone, username: 'di:fy' },
      `redis://di%3Afy:${ENCODED}@r:6379/1`,
      `redis://di%3Afy:${ENCODED}@r:6379/2`,
    ],
    [
      'IPv6 and other databases',
      { ...standalone, host: 'fd00::1', databases: { broker: 4, agent: 5 } },
      `redis://:${ENCODED}@[fd00::1]:6379/4`,
      `redis://:${ENCODED}@[fd00::1]:6379/5`,
    ],
    [
      'TLS',
      { ...standalone, tls: { mode: 'require' } },
      `rediss://:${ENCODED}@r:6379/1`,
      `rediss://:${ENCODED}@r:6379/2?ssl_cert_reqs=none`,
    ],
    [
      'TLS with a CA',
      { ...standalone, tls: { mode: 'verify-full', caFile: 'ca.pem' } },
      `rediss://:${ENCODED}@r:6379/1`,
      `rediss://:${ENCODED}@r:6379/2?ssl_cert_reqs=required&ssl_ca_certs=/etc/difyctl/certificates/redis-ca.pem`,
    ],
  ] as const;
  test.each(rows)('standalone, %s', (_name, redis, broker, agent) => {
    expect(seen('api', { redis }).CELERY_BROKER_URL).toBe(broker);
    expect(seen('agentBackend', { redis }).DIFY_AGENT_REDIS_URL).toBe(agent);
    expect(new URL(broker.replace(/^rediss?/, 'http')).pathname).toMatch(/^\/\d$/);
  });

  test('api and plugin daemon get the same TLS settings', () => {
    const redis = { ...standalone, tls: { mode: 'verify-full', caFile: 'ca.pem' } };
    const words = {
      REDIS_USE_SSL: 'true',
      REDIS_SSL_CERT_REQS: 'CERT_REQUIRED',
      REDIS_SSL_CA_CERTS: '/etc/difyctl/certificates/redis-ca.pem',
    };
    expect(seen('api', { redis })).toMatchObject(words);
    expect(seen('pluginDaemon', { redis })).toMatchObject(words);
    expect(seen('api', { redis: { ...standalone, tls: { mode: 'require' } } }).REDIS_SSL_CERT_REQS).toBe('CERT_NONE');
  });

  const sentinel = {
    mode: 'external',
    topology: 'sentinel',
    username: 'default',
    password: ref,
    sentinel: { master: 'mymaster', nodes: ['s1:26379', 's2:26380'], username: 'watch', password: ref },
  };
  test('sentinel', () => {
    const client = {
      REDIS_USE_SENTINEL: 'true',
      REDIS_SENTINELS: 's1:26379,s2:26380',
      REDIS_SENTINEL_SERVICE_NAME: 'mymaster',
      REDIS_SENTINEL_USERNAME: 'watch',
      REDIS_SENTINEL_PASSWORD: fakeSecret('redis.sentinel.password'),
      REDIS_PASSWORD: fakeSecret('redis.password'),
    };
    const api = seen('api', { redis: sentinel });
    expect(api).toMatchObject({
      ...client,
      CELERY_BROKER_URL: `sentinel://default:${ENCODED}@s1:26379/1;sentinel://default:${ENCODED}@s2:26380/1`,
      CELERY_USE_SENTINEL: 'true',
      CELERY_SENTINEL_MASTER_NAME: 'mymaster',
      CELERY_SENTINEL_PASSWORD: fakeSecret('redis.sentinel.password'),
    });
    expect(api).not.toHaveProperty('REDIS_HOST');
    expect(seen('pluginDaemon', { redis: sentinel })).toMatchObject(client);
  });
  test('the agent backend has no Redis under sentinel unless the file gives it a URL', () => {
    expect(seen('api', { redis: sentinel })).not.toHaveProperty('AGENT_BACKEND_BASE_URL');
    expect(seen('agentBackend', { redis: sentinel })).not.toHaveProperty('DIFY_AGENT_REDIS_URL');
    const given = { ...sentinel, agentUrl: ref };
    expect(seen('agentBackend', { redis: given }).DIFY_AGENT_REDIS_URL).toBe(fakeSecret('redis.agentUrl'));
    expect(seen('api', { redis: given }).AGENT_BACKEND_BASE_URL).toBe('http://agent_backend:5050');
  });
});

describe('mail', () => {
  const smtp = { host: 'mx', from: 'a@b.c' };
  const rows = [
    [
      'starttls',
      { provider: 'smtp', smtp: { ...smtp, username: 'u', password: ref } },
      {
        MAIL_TYPE: 'smtp',
        SMTP_SERVER: 'mx',
        SMTP_PORT: '587',
        SMTP_USE_TLS: 'true',
        SMTP_OPPORTUNISTIC_TLS: 'true',
        SMTP_USERNAME: 'u',
        SMTP_PASSWORD: fakeSecret('mail.smtp.password'),
        MAIL_DEFAULT_SEND_FROM: 'a@b.c',
      },
    ],
    [
      'implicit',
      { provider: 'smtp', smtp: { ...smtp, port: 465, tls: 'implicit' } },
      { SMTP_USE_TLS: 'true', SMTP_OPPORTUNISTIC_TLS: 'false', SMTP_USERNAME: '', SMTP_PASSWORD: '' },
    ],
    [
      'plain',
      { provider: 'smtp', smtp: { ...smtp, port: 25, tls: 'none' } },
      { SMTP_USE_TLS: 'false', SMTP_OPPORTUNISTIC_TLS: 'false' },
    ],
    [
      'resend',
      { provider: 'resend', resend: { apiKey: ref, from: 'a@b.c' } },
      {
        MAIL_TYPE: 'resend',
        RESEND_API_KEY: fakeSecret('mail.resend.apiKey'),
        RESEND_API_URL: 'https://api.resend.com',
        MAIL_DEFAULT_SEND_FROM: 'a@b.c',
      },
    ],
  ] as const;
  test.each(rows)('%s', (_name, mail, expected) => {
    expect(seen('worker', { mail })).toMatchObject(expected);
  });
  test('none', () => {
    expect(Object.keys(seen('worker')).filter((name) => /^(MAIL|SMTP|RESEND)/.test(name))).toEqual([]);
  });
});
