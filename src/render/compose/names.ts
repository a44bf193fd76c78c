import type { ComponentName } from '../../checklist/components.ts';
import type { ServiceAddresses } from '../dify-env/addresses.ts';

/** Upstream's name of each component's service, so that an existing directory can be adopted. */
export const SERVICE_OF: Readonly<Record<ComponentName, string>> = {
  api: 'api',
  worker: 'worker',
  beat: 'worker_beat',
  apiWebsocket: 'api_websocket',
  web: 'web',
  sandbox: 'sandbox',
  ssrfProxy: 'ssrf_proxy',
  pluginDaemon: 'plugin_daemon',
  agentBackend: 'agent_backend',
  localSandbox: 'local_sandbox',
  proxy: 'nginx',
};

/** The service of a worker pool. Upstream has none, so its name has the form of `worker_beat`. */
export function poolService(pool: string): string {
  return `${SERVICE_OF.worker}_${pool.replaceAll('-', '_')}`;
}

/**
 * Services that are not components of Dify: data services, one-shot jobs, and the egress proxy of the agent sandbox.
 */
export const POSTGRES = 'db_postgres';
export const REDIS = 'redis';
export const WEAVIATE = 'weaviate';
export const INIT_PERMISSIONS = 'init_permissions';
export const MIGRATION = 'migration';
export const AGENT_SSRF_PROXY = 'agent_ssrf_proxy';

/** Ports inside the project's networks. None of them is published. */
export const PORTS = {
  api: 5001,
  web: 3000,
  pluginDaemon: 5002,
  agentBackend: 5050,
  localSandbox: 5004,
  sandbox: 8194,
  squid: 3128,
  postgres: 5432,
  redis: 6379,
  weaviate: 8080,
  weaviateGrpc: 50051,
} as const;

/** The addresses of the services of one project: service names, which resolve to every container of the service. */
export const COMPOSE_ADDRESSES: ServiceAddresses = {
  api: `http://${SERVICE_OF.api}:${PORTS.api}`,
  pluginDaemon: `http://${SERVICE_OF.pluginDaemon}:${PORTS.pluginDaemon}`,
  sandbox: `http://${SERVICE_OF.sandbox}:${PORTS.sandbox}`,
  ssrfProxy: `http://${SERVICE_OF.ssrfProxy}:${PORTS.squid}`,
  agentBackend: `http://${SERVICE_OF.agentBackend}:${PORTS.agentBackend}`,
  localSandbox: `http://${SERVICE_OF.localSandbox}:${PORTS.localSandbox}`,
  agentSsrfProxy: `http://${AGENT_SSRF_PROXY}:${PORTS.squid}`,
  bundled: {
    postgres: { host: POSTGRES, port: PORTS.postgres },
    redis: { host: REDIS, port: PORTS.redis },
    weaviate: {
      http: `http://${WEAVIATE}:${PORTS.weaviate}`,
      grpc: `grpc://${WEAVIATE}:${PORTS.weaviateGrpc}`,
    },
  },
  paths: {
    certificates: '/etc/difyctl/certificates',
    storage: '/app/api/storage',
    pluginStorage: '/app/storage',
    pluginWorking: '/app/storage/cwd',
  },
};
