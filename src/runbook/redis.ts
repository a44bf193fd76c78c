import type { Deployment } from '../deployment/schema/deployment.ts';
import type { TemplateValues } from '../render/template.ts';
import type { RunbookInput } from './input.ts';

/** Values about Redis. */
export function redisValues({ deployment }: RunbookInput) {
  const { redis } = deployment;
  return { externalRedis: redis.mode === 'external', sentinels: sentinels(redis) };
}

function sentinels(redis: Deployment['redis']): readonly TemplateValues[] {
  if (redis.mode !== 'external' || redis.topology !== 'sentinel') return [];
  const { nodes, master } = redis.sentinel;
  return nodes.map((node) => {
    const colon = node.lastIndexOf(':');
    return { host: node.slice(0, colon).replace(/^\[|\]$/g, ''), port: node.slice(colon + 1), master };
  });
}

/** `redis.example.com:6379`, the sentinels, or undefined for a bundled one. */
export function redisPlace(redis: Deployment['redis']): string | undefined {
  if (redis.mode !== 'external') return undefined;
  return redis.topology === 'sentinel'
    ? `${redis.sentinel.master} of the sentinels ${redis.sentinel.nodes.join(', ')}`
    : `${redis.host}:${redis.port}`;
}
