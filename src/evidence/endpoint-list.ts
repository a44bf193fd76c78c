import type { Deployment } from '../deployment/schema/deployment.ts';
import type { Mail } from '../deployment/schema/mail.ts';
import type { ObjectStorage } from '../deployment/schema/object-storage.ts';
import type { Redis } from '../deployment/schema/redis.ts';
import type { VectorStore } from '../deployment/schema/vector-store.ts';
import { endpointOf } from '../providers/endpoint.ts';
import { describedStore } from '../providers/object-storage/registry.ts';
import { storeEndpoints } from '../providers/vector-store/registry.ts';

/** An address that Dify connects to. */
export interface Endpoint {
  readonly service: 'postgres' | 'redis' | 'object-storage' | 'vector-store' | 'mail';
  readonly host: string;
  readonly port: number;
}

/**
 * Returns every address of every external service of the deployment, one entry for each sentinel. Bundled services have
 * none.
 */
export function endpointsOf(deployment: Deployment): readonly Endpoint[] {
  const { postgres } = deployment;
  return [
    ...(postgres.mode === 'external'
      ? [{ service: 'postgres' as const, host: postgres.host, port: postgres.port }]
      : []),
    ...redisEndpoints(deployment.redis),
    ...named('object-storage', storageUrl(deployment.objectStorage)),
    ...vectorEndpoints(deployment.vectorStore),
    ...mailEndpoints(deployment.mail),
  ];
}

function redisEndpoints(redis: Redis): readonly Endpoint[] {
  if (redis.mode === 'bundled') return [];
  if (redis.topology === 'standalone') return [{ service: 'redis', host: redis.host, port: redis.port }];
  return redis.sentinel.nodes.map((node) => {
    const colon = node.lastIndexOf(':');
    return { service: 'redis', host: node.slice(0, colon), port: Number(node.slice(colon + 1)) };
  });
}

/**
 * The configured endpoint, or the vendor's public one if the provider has none in the file. Undefined for local
 * storage.
 */
function storageUrl(storage: ObjectStorage): string | undefined {
  if (storage.provider === 'local') return undefined;
  const { provider, at } = describedStore(storage);
  return provider.endpoint(at).href;
}

function vectorEndpoints(store: VectorStore): readonly Endpoint[] {
  if (store.mode === 'bundled') return [];
  return storeEndpoints(store).map((at) => ({ service: 'vector-store', ...at }));
}

function mailEndpoints(mail: Mail): readonly Endpoint[] {
  if (mail.provider === 'smtp') return [{ service: 'mail', host: mail.smtp.host, port: mail.smtp.port }];
  return mail.provider === 'resend' ? named('mail', mail.resend.apiUrl) : [];
}

function named(service: Endpoint['service'], address: string | undefined): readonly Endpoint[] {
  if (address === undefined) return [];
  return [{ service, ...endpointOf(new URL(address)) }];
}
