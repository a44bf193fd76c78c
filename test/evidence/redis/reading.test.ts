import { describe, expect, it } from 'vitest';
import { parseAgentUrl } from '../../../src/evidence/redis/agent-url.ts';
import { parseInfo } from '../../../src/evidence/redis/info.ts';

describe('INFO', () => {
  it('is reduced to the fields that checks use', () => {
    const text = [
      '# Server',
      'redis_version:7.0.15',
      'redis_mode:standalone',
      '# Replication',
      'role:master',
      'slave0:ip=10.0.0.2,port=6379,state=online,offset=90,lag=1',
      'slave1:ip=10.0.0.3,port=6379,state=wait_bgsave,offset=0,lag=0',
      'master_repl_offset:100',
      '# Memory',
      'maxmemory:0',
      'maxmemory_policy:noeviction',
      '# Cluster',
      'cluster_enabled:0',
    ].join('\r\n');
    expect(parseInfo(text)).toEqual({
      version: '7.0.15',
      mode: 'standalone',
      isCluster: false,
      role: 'master',
      maxMemory: 0,
      maxMemoryPolicy: 'noeviction',
      replicas: [
        { address: '10.0.0.2:6379', state: 'online', lagSeconds: 1, behindBytes: 10 },
        { address: '10.0.0.3:6379', state: 'wait_bgsave', lagSeconds: 0, behindBytes: 100 },
      ],
    });
  });

  it.each([
    ['role:slave\r\nmaster_host:10.0.0.1\r\nmaster_port:6379', { role: 'replica', masterAddress: '10.0.0.1:6379' }],
    ['cluster_enabled:1', { isCluster: true }],
    ['redis_mode:cluster', { isCluster: true }],
    ['', { isCluster: false, replicas: [] }],
  ])('%j', (text, expected) => {
    expect(parseInfo(text)).toMatchObject(expected);
  });
});

describe('the URL of the agent backend', () => {
  it.each<[url: string, host: string, port: number, password: string | undefined, mode: string, database: number]>([
    ['redis://:agent%40pass@redis.example.internal:6380/2', 'redis.example.internal', 6380, 'agent@pass', 'disable', 2],
    ['redis://redis.example.internal', 'redis.example.internal', 6379, undefined, 'disable', 0],
    ['rediss://u:p@[fd00::1]:6379/3?ssl_cert_reqs=none', 'fd00::1', 6379, 'p', 'require', 3],
    ['rediss://:p@h/2?ssl_cert_reqs=required&ssl_ca_certs=/ca.pem', 'h', 6379, 'p', 'require', 2],
    ['rediss://:p@h/2', 'h', 6379, 'p', 'verify-full', 2],
    ['redis://:p@h?db=5', 'h', 6379, 'p', 'disable', 5],
  ])('%s', (url, host, port, password, mode, database) => {
    expect(parseAgentUrl(url)).toMatchObject({ target: { host, port, password, tls: { mode } }, database });
  });

  it.each([
    'sentinel://:p@h:26379/2',
    'unix:///run/redis.sock',
    'h:6379',
    'redis://:a/b@h:6379/2',
    'redis://:a#b@h/2',
    'redis://:a@h/two',
  ])('%s is not a valid URL', (url) => {
    expect(parseAgentUrl(url)).toEqual({ malformed: expect.any(String) });
  });
});
