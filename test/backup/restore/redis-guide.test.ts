import { expect, test } from 'vitest';
import { redisGuide } from '../../../src/backup/restore/redis-guide.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

const HOST = { mode: 'external', host: 'redis.example.com', password: { env: 'REDIS' } };
const SENTINEL = { master: 'dify', nodes: ['s1.example.com:26379', 's2.example.com:26379', 's3.example.com:26379'] };

test.each<readonly [what: string, redis: JsonObject, command: string | undefined]>([
  ['an external server', HOST, '  redis-cli -h redis.example.com -p 6379 -n 1 FLUSHDB'],
  [
    'a server with TLS and another database of the queue',
    { ...HOST, port: 6380, tls: { mode: 'verify-full' }, databases: { broker: 4 } },
    '  redis-cli -h redis.example.com -p 6380 --tls -n 4 FLUSHDB',
  ],
  [
    'sentinels',
    { mode: 'external', topology: 'sentinel', sentinel: SENTINEL },
    '  redis-cli -h MASTER -p PORT -n 1 FLUSHDB',
  ],
  ['a bundled server', { mode: 'bundled' }, undefined],
])('after a restore, the queue of %s is emptied', (_, redis, command) => {
  const deployment = parsedDeployment({ ...SAMPLE_FILES['prod-kubernetes-s3-qdrant'], redis });
  expect(redisGuide(deployment)[1]).toBe(command);
});
