import type { ComponentName } from '../../checklist/components.ts';
import { plannedComponents } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type EnvEntry, literal, mergeEntries } from '../../providers/env-entry.ts';
import { isRead } from '../../versions/variables.ts';
import type { ServiceAddresses } from './addresses.ts';
import { agentBackendEnv, localSandboxEnv } from './agent.ts';
import { apiEnv } from './api.ts';
import { pluginDaemonEnv } from './plugin-daemon.ts';
import { sandboxEnv } from './sandbox.ts';
import { webUrls } from './urls.ts';

/**
 * The complete environment of each Dify process. It includes `components.<name>.extraEnv` of the file, which overrides
 * the table.
 */
export type DifyEnvironment = Readonly<Record<ComponentName, readonly EnvEntry[]>>;

/**
 * The environment table, for both targets. A release gets only the variables that it reads. The proxies are configured
 * by files and have no variables. Sources: Dify 1.16.1 (`docker/` and API configuration), plugin daemon 0.6.3,
 * community chart 0.38.0.
 */
export function difyEnvironment(
  deployment: Deployment,
  addresses: ServiceAddresses,
  planned: ReturnType<typeof plannedComponents> = plannedComponents(deployment),
): DifyEnvironment {
  const api = apiEnv(deployment, addresses, planned);
  const table: Record<ComponentName, readonly EnvEntry[]> = {
    api: [literal('MODE', 'api'), ...api],
    worker: [literal('MODE', 'worker'), ...api],
    beat: [literal('MODE', 'beat'), ...api],
    apiWebsocket: [literal('MODE', 'api'), ...api, ...WEBSOCKET],
    web: [...webUrls(deployment, addresses, planned.apiWebsocket.enabled), ...WEB],
    sandbox: sandboxEnv(addresses, planned.ssrfProxy.enabled),
    pluginDaemon: pluginDaemonEnv(deployment, addresses),
    agentBackend: agentBackendEnv(deployment, addresses),
    localSandbox: localSandboxEnv(addresses, planned.ssrfProxy.enabled),
    ssrfProxy: [],
    proxy: [],
  };
  const names = Object.keys(table) as ComponentName[];
  return Object.fromEntries(
    names.map((name) => {
      const extra = Object.entries(planned[name].extraEnv).map(([key, value]) => literal(key, value));
      const own = table[name].filter((entry) => isRead(entry.name, deployment.version));
      return [name, mergeEntries(own, extra)];
    }),
  ) as Record<ComponentName, readonly EnvEntry[]>;
}

/** The image's defaults, set explicitly so that a change of the image has no effect. Telemetry is off. */
const WEB: readonly EnvEntry[] = [
  literal('MARKETPLACE_API_URL', 'https://marketplace.dify.ai'),
  literal('MARKETPLACE_URL', 'https://marketplace.dify.ai'),
  literal('TEXT_GENERATION_TIMEOUT_MS', 60_000),
  literal('NEXT_TELEMETRY_DISABLED', 1),
];

/** One process that holds many idle sockets (upstream's `api_websocket` service). */
const WEBSOCKET: readonly EnvEntry[] = [
  literal('SERVER_WORKER_CLASS', 'geventwebsocket.gunicorn.workers.GeventWebSocketWorker'),
  literal('SERVER_WORKER_AMOUNT', 1),
  literal('SERVER_WORKER_CONNECTIONS', 1000),
  literal('GUNICORN_TIMEOUT', 360),
];
