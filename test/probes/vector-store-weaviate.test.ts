import { describe, expect, it } from 'vitest';
import { lookAtStore } from '../support/vector-store.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startWeaviate } from '../testbed/services/weaviate.ts';

const two = useTestbed(
  () => startWeaviate({ nodes: 2, settings: { REPLICATION_MINIMUM_FACTOR: '2' } }),
  (service) => service.stop(),
);

const store = (over: Record<string, unknown> = {}) => {
  const { url, host, grpcPort } = two.get();
  return {
    provider: 'weaviate' as const,
    weaviate: { url, grpcUrl: `${host}:${grpcPort}`, apiKey: { env: 'KEY' }, ...over },
  };
};

describe('a Weaviate of two nodes', () => {
  it('gives no finding', async () => {
    const { findings, passed } = await lookAtStore(store(), { apiKey: two.get().apiKey });
    expect(findings).toEqual([]);
    expect(passed).toContain('vector-store.single-point-of-failure');
  });
});
