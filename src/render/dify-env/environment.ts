import type { ComponentName } from '../../checklist/components.ts';
import { plannedComponents } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type PlannedPool, remainingQueues } from '../../deployment/worker-pools.ts';
import { type EnvEntry, literal, mergeEntries } from '../../providers/env-entry.ts';
import { isRead } from '../../versions/variables.ts';
import { OPEN_SECONDS } from '../open-seconds.ts';
import type { ServiceAddresses } from './addresses.ts';
import { agentBackendEnv, localSandboxEnv } from './agent.ts';
import { apiEnv } from './api.ts';
import { MARKETPLACE_PATH, MARKETPLACE_URL } from './marketplace.ts';
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
    api: [literal('MODE', 'api'), GUNICORN, ...api],
    worker: [literal('MODE', 'worker'), ...api, ...queues(remainingQueues(deployment))],
    beat: [literal('MODE', 'beat'), ...api],
    apiWebsocket: [literal('MODE', 'api'), ...api, ...WEBSOCKET],
    web: [...webUrls(deployment, addresses, planned.apiWebsocket.enabled), ...marketplace(deployment), ...WEB],
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

/**
 * The queues that a worker consumes. Without the variable, the image consumes every queue of its release
 * (`api/docker/entrypoint.sh`, CELERY_QUEUES).
 */
function queues(names: readonly string[] | undefined): readonly EnvEntry[] {
  return names === undefined ? [] : [literal('CELERY_QUEUES', names.join(','))];
}

/**
 * gunicorn reads this variable and ends open requests after 30 s otherwise (docs.gunicorn.org, Settings,
 * graceful_timeout). It must end before its container is killed.
 */
const GUNICORN = literal('GUNICORN_CMD_ARGS', `--graceful-timeout ${OPEN_SECONDS - 10}`);

/** What the environment of a worker pool has besides that of the worker, or in place of it. */
export function poolEnv({ queues: own, extraEnv }: PlannedPool): readonly EnvEntry[] {
  const extra = Object.entries(extraEnv).map(([key, value]) => literal(key, value));
  return mergeEntries(queues(own), extra);
}

/** Where browsers find plugins: the address of the image's default, or nginx, which passes the requests on. */
function marketplace(deployment: Pick<Deployment, 'marketplace'>): readonly EnvEntry[] {
  const isProxied = deployment.marketplace?.proxy === true;
  return [
    literal('MARKETPLACE_API_URL', isProxied ? MARKETPLACE_PATH : MARKETPLACE_URL),
    literal('MARKETPLACE_URL', MARKETPLACE_URL),
  ];
}

/** The image's defaults, set explicitly so that a change of the image has no effect. Telemetry is off. */
const WEB: readonly EnvEntry[] = [literal('TEXT_GENERATION_TIMEOUT_MS', 60_000), literal('NEXT_TELEMETRY_DISABLED', 1)];

/** One process that holds many idle sockets (upstream's `api_websocket` service). */
const WEBSOCKET: readonly EnvEntry[] = [
  literal('SERVER_WORKER_CLASS', 'geventwebsocket.gunicorn.workers.GeventWebSocketWorker'),
  literal('SERVER_WORKER_AMOUNT', 1),
  literal('SERVER_WORKER_CONNECTIONS', 1000),
  literal('GUNICORN_TIMEOUT', 360),
];
