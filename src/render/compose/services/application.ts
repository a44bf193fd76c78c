import type { JsonObject } from '../../../base/json.ts';
import { POOL_LABEL } from '../../../base/own-labels.ts';
import type { ComponentName } from '../../../checklist/components.ts';
import { plannedPools } from '../../../deployment/worker-pools.ts';
import { type EnvEntry, literal, mergeEntries } from '../../../providers/env-entry.ts';
import { poolEnv } from '../../dify-env/environment.ts';
import { SERVICE_IMAGES } from '../../images.ts';
import { OPEN_SECONDS } from '../../open-seconds.ts';
import { caMounts } from '../certificates.ts';
import type { ComposeContext } from '../context.ts';
import { HEALTH, type HealthCheck } from '../health.ts';
import { dataMount, fromComposeDirectory } from '../host-paths.ts';
import {
  COMPOSE_ADDRESSES,
  INIT_PERMISSIONS,
  MIGRATION,
  POSTGRES,
  poolService,
  REDIS,
  SERVICE_OF,
  WEAVIATE,
} from '../names.ts';
import { type Condition, componentResources, type Service } from '../service.ts';

/** User and group of the API image since Dify 1.10.1. They must own the folder that api and worker write to. */
const API_USER = '1001:1001';

const DATA_SERVICES: Readonly<Record<string, Condition>> = {
  [POSTGRES]: 'service_healthy',
  [REDIS]: 'service_healthy',
  [WEAVIATE]: 'service_healthy',
  [INIT_PERMISSIONS]: 'service_completed_successfully',
};

/** The four processes of the API image, and the two jobs that must complete before they start. */
export function applicationServices(context: ComposeContext): Readonly<Record<string, Service>> {
  return {
    ...(context.deployment.objectStorage.provider === 'local' ? { [INIT_PERMISSIONS]: initPermissions(context) } : {}),
    [MIGRATION]: migration(context),
    ...process(context, 'api', { health: HEALTH.api, storage: true, stopSeconds: OPEN_SECONDS }),
    ...process(context, 'apiWebsocket', { health: HEALTH.api, storage: false, stopSeconds: 30 }),
    ...process(context, 'worker', WORKER),
    ...workerPools(context),
    ...process(context, 'beat', { health: HEALTH.beat, storage: false, stopSeconds: 30 }),
  };
}

/**
 * Changes the owner of the storage folder to the API image's user, once. A flag file records that it was done, as in
 * upstream.
 */
function initPermissions(context: ComposeContext): Service {
  const folder = COMPOSE_ADDRESSES.paths.storage;
  const flag = `${folder}/.init_permissions`;
  return {
    image: context.image(SERVICE_IMAGES.busybox),
    component: 'init-permissions',
    oneShot: true,
    command: ['sh', '-c', `[ -f ${flag} ] || { chown -R ${API_USER} ${folder} && touch ${flag}; }`],
    volumes: storageMounts(context),
    networks: ['default'],
  };
}

/**
 * One job migrates the database; then the other processes start with migrations off. If every process ran migrations,
 * all but one would fail to get the lock and would serve before the tables are ready.
 */
function migration(context: ComposeContext): Service {
  const own = [literal('MODE', 'migration'), literal('MIGRATION_ENABLED', true)];
  return {
    image: context.componentImage('api'),
    component: 'migration',
    oneShot: true,
    environment: context.variables.environment(mergeEntries(context.environment.api, own)),
    volumes: [...storageMounts(context), ...caMounts(context)],
    networks: ['ssrf_proxy_network', 'default'],
    dependsOn: DATA_SERVICES,
  };
}

/** One service for each worker pool: the worker with the queues, the variables and the size of the pool. */
function workerPools(context: ComposeContext): Readonly<Record<string, Service>> {
  const { deployment, environment } = context;
  return Object.fromEntries(
    plannedPools(deployment).map((pool) => [
      poolService(pool.name),
      {
        ...service(context, 'worker', { ...WORKER, entries: mergeEntries(environment.worker, poolEnv(pool)) }),
        labels: { [POOL_LABEL]: pool.name },
        resources: componentResources('worker', pool, deployment.components.worker?.pools?.[pool.name]),
      },
    ]),
  );
}

interface ProcessTraits {
  readonly health: HealthCheck;
  readonly storage: boolean;
  readonly stopSeconds: number;
}

const WORKER: ProcessTraits = { health: HEALTH.worker, storage: true, stopSeconds: OPEN_SECONDS };

function process(
  context: ComposeContext,
  name: ComponentName,
  traits: ProcessTraits,
): Readonly<Record<string, Service>> {
  const { planned, environment, deployment } = context;
  if (!planned[name].enabled) return {};
  return {
    [SERVICE_OF[name]]: {
      ...service(context, name, { ...traits, entries: environment[name] }),
      resources: componentResources(name, planned[name], deployment.components[name]),
    },
  };
}

function service(
  context: ComposeContext,
  name: ComponentName,
  { health, storage, stopSeconds, entries }: ProcessTraits & { readonly entries: readonly EnvEntry[] },
): Service {
  return {
    image: context.componentImage(name),
    component: name,
    environment: context.variables.environment(mergeEntries([literal('MIGRATION_ENABLED', false)], entries)),
    volumes: [...(storage ? storageMounts(context) : []), ...caMounts(context)],
    networks: ['ssrf_proxy_network', 'default'],
    dependsOn: {
      ...DATA_SERVICES,
      [MIGRATION]: 'service_completed_successfully',
      [SERVICE_OF.agentBackend]: 'service_started',
    },
    health,
    stopSeconds,
  };
}

function storageMounts({ deployment, target, inputs }: ComposeContext): readonly JsonObject[] {
  const { objectStorage } = deployment;
  if (objectStorage.provider !== 'local') return [];
  const path = objectStorage.local?.path;
  const folder = path === undefined ? './volumes/app/storage' : fromComposeDirectory(path, target.directory, inputs);
  return [dataMount(folder, COMPOSE_ADDRESSES.paths.storage)];
}
