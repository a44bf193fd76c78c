import type { ComponentName } from '../checklist/components.ts';
import { plannedComponents } from '../deployment/components.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { type Endpoint, endpointsOf } from '../evidence/endpoint-list.ts';

/** A TCP connection that must be possible. */
export interface ConnectionNeed {
  readonly from: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly service: Endpoint['service'];
}

/** The components that use each service, by the settings that each of them gets (`src/render/dify-env`). */
const USERS: Readonly<Record<Endpoint['service'], readonly ComponentName[]>> = {
  postgres: ['api', 'worker', 'beat', 'apiWebsocket', 'pluginDaemon'],
  redis: ['api', 'worker', 'beat', 'apiWebsocket', 'pluginDaemon', 'agentBackend'],
  'object-storage': ['api', 'worker', 'pluginDaemon'],
  'vector-store': ['api', 'worker'],
  mail: ['api', 'worker'],
};

/** Every connection to an external service, each address once, from the components that this deployment runs. */
export function connectionNeeds(deployment: Deployment): readonly ConnectionNeed[] {
  const planned = plannedComponents(deployment);
  const needs = endpointsOf(deployment).map(({ service, host, port }) => ({
    service,
    host,
    port,
    from: USERS[service].filter((component) => planned[component].enabled),
  }));
  return [...new Map(needs.map((need) => [`${need.service} ${need.host}:${need.port}`, need])).values()];
}

/** Connections that the network must allow although the file does not contain their addresses. */
export function connectionNotes({ redis }: Deployment): readonly string[] {
  if (redis.mode === 'bundled') return [];
  return [
    ...(redis.topology === 'sentinel'
      ? [
          `Sentinels name the Redis servers of ${redis.sentinel.master}: those addresses, usually port 6379, must be open to the same processes.`,
        ]
      : []),
    ...(redis.agentUrl === undefined
      ? []
      : ['The agent backend connects to the Redis of redis.agentUrl, which is a secret.']),
  ];
}
