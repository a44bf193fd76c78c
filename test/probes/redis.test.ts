import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { lookAtRedis } from '../support/redis.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startRedis } from '../testbed/services/redis.ts';

/** A standalone address is a warning of its own, whatever else is right. */
const ONE_ADDRESS = 'redis.topology warn';

const server = useTestbed(
  () => startRedis({ settings: { appendonly: 'yes' } }),
  (service) => service.stop(),
);

const at = (over: JsonObject = {}): JsonObject => ({ host: server.get().host, port: server.get().port, password: { env: 'PW' }, ...over });
const secrets = () => ({ 'redis.password': server.get().password });

describe('a healthy Redis', () => {
  it('gives no finding', async () => {
    const { findings, results, evidence } = await lookAtRedis(at(), secrets());
    console.log(JSON.stringify(evidence, null, 1));
    console.log(results.map(({ id, status, message }) => `${id} ${status} ${message}`).join('\n'));
    expect(findings).toEqual([ONE_ADDRESS]);
  });
});
