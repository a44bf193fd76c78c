import type { plannedComponents } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type EnvEntry, literal, secret } from '../../providers/env-entry.ts';
import type { ServiceAddresses } from './addresses.ts';
import { apiStorage } from './api-storage.ts';
import { loggingEnv } from './logging.ts';
import { mailEnv } from './mail.ts';
import { apiPostgres } from './postgres.ts';
import { celeryBroker, redisClient } from './redis.ts';
import { apiUrls } from './urls.ts';
import { vectorStoreEnv } from './vector-store.ts';

type Planned = ReturnType<typeof plannedComponents>;

/** The variables that api, worker, beat and websocket share. They are one program, so they get one environment. */
export function apiEnv(deployment: Deployment, addresses: ServiceAddresses, planned: Planned): readonly EnvEntry[] {
  return [
    ...loggingEnv(deployment),
    ...PROCESS,
    secret('SECRET_KEY', 'secrets.secretKey'),
    ...apiUrls(deployment, addresses),
    ...apiPostgres(deployment.postgres, addresses),
    ...redisClient(deployment.redis, addresses),
    ...celeryBroker(deployment.redis, addresses),
    ...apiStorage(deployment.objectStorage, addresses),
    ...vectorStoreEnv(deployment.vectorStore, deployment.tier, addresses),
    ...mailEnv(deployment.mail),
    ...neighbours(addresses, planned),
  ];
}

/** An empty CHECK_UPDATE_URL turns the update check off. */
const PROCESS: readonly EnvEntry[] = [
  literal('DEBUG', false),
  literal('FLASK_DEBUG', false),
  literal('CHECK_UPDATE_URL', ''),
  literal('CELERY_WORKER_AMOUNT', 4),
];

/** Addresses of the other processes, and the keys shared with them. */
function neighbours(addresses: ServiceAddresses, planned: Planned): readonly EnvEntry[] {
  return [
    literal('CODE_EXECUTION_ENDPOINT', addresses.sandbox),
    secret('CODE_EXECUTION_API_KEY', 'secrets.sandboxApiKey'),
    ...(planned.ssrfProxy.enabled
      ? [literal('SSRF_PROXY_HTTP_URL', addresses.ssrfProxy), literal('SSRF_PROXY_HTTPS_URL', addresses.ssrfProxy)]
      : []),
    literal('PLUGIN_DAEMON_URL', addresses.pluginDaemon),
    secret('PLUGIN_DAEMON_KEY', 'secrets.pluginDaemonKey'),
    secret('INNER_API_KEY_FOR_PLUGIN', 'secrets.innerApiKey'),
    ...(planned.agentBackend.enabled
      ? [
          literal('AGENT_BACKEND_BASE_URL', addresses.agentBackend),
          secret('AGENT_BACKEND_API_TOKEN', 'secrets.agentApiToken'),
        ]
      : []),
    literal('ENABLE_COLLABORATION_MODE', planned.apiWebsocket.enabled),
  ];
}
