import { compact, type JsonObject } from '../../base/json.ts';
import { parseQuantity } from '../../base/quantity.ts';
import type { ComponentName } from '../../checklist/components.ts';
import type { PlannedComponent } from '../../deployment/components.ts';
import type { ComponentOverride } from '../../deployment/schema/components.ts';
import type { HealthCheck } from './health.ts';
import type { NetworkName } from './networks.ts';

/** The state of a dependency that a service waits for before it starts. */
export type Condition = 'service_healthy' | 'service_completed_successfully' | 'service_started';

/** One service of the project, without the settings that all services share. */
export interface Service {
  readonly image: string;
  readonly component: string;
  readonly environment?: JsonObject;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly user?: string;
  readonly volumes?: readonly JsonObject[];
  readonly networks: readonly NetworkName[];
  readonly ports?: readonly JsonObject[];
  /** Services to wait for. Those that the project does not have are left out. */
  readonly dependsOn?: Readonly<Record<string, Condition>>;
  readonly health?: HealthCheck;
  /** True for a job that exits. All other services are restarted if they stop. */
  readonly oneShot?: boolean;
  /** Grace period in seconds between SIGTERM and SIGKILL. */
  readonly stopSeconds?: number;
  readonly resources?: JsonObject;
  readonly labels?: JsonObject;
  readonly extra?: JsonObject;
}

/** At most 250 MB of logs per container: five files of 50 MB, rotated by the engine. */
const LOGGING: JsonObject = { driver: 'json-file', options: { 'max-size': '50m', 'max-file': '5' } };

/** A service of compose.yaml. `present` has the names of all services of the project. */
export function composeService(service: Service, deployment: string, present: ReadonlySet<string>): JsonObject {
  const waits = Object.entries(service.dependsOn ?? {}).filter(([name]) => present.has(name));
  return compact({
    image: service.image,
    restart: service.oneShot === true ? 'no' : 'unless-stopped',
    user: service.user,
    entrypoint: service.entrypoint,
    command: service.command,
    environment: service.environment,
    volumes: nonEmpty(service.volumes),
    networks: service.networks,
    ports: service.ports,
    depends_on:
      waits.length === 0 ? undefined : Object.fromEntries(waits.map(([name, condition]) => [name, { condition }])),
    healthcheck: service.health as JsonObject | undefined,
    stop_grace_period: service.stopSeconds === undefined ? undefined : `${service.stopSeconds}s`,
    logging: LOGGING,
    labels: {
      'app.kubernetes.io/managed-by': 'difyctl',
      'app.kubernetes.io/component': service.component,
      'difyctl.deployment': deployment,
      ...service.labels,
    },
    ...service.resources,
    ...service.extra,
  });
}

/**
 * Replicas, memory and CPU of a component. Memory is a hard limit. CPU is a weight among the containers of one host,
 * because Docker refuses a container whose CPU limit exceeds the host's cores, and the tier's limits would not start on
 * a small host. CPU has a hard limit only if the file sets one.
 */
export function componentResources(
  name: ComponentName,
  planned: PlannedComponent,
  override: ComponentOverride | undefined,
): JsonObject {
  const replicas = name === 'proxy' ? 1 : planned.replicas;
  const cpus = override?.resources?.limits?.cpu;
  return {
    cpu_shares: Math.max(2, Math.round(parseQuantity(planned.requests.cpu) * 1024)),
    deploy: {
      replicas,
      resources: {
        limits: {
          ...(cpus === undefined ? {} : { cpus: String(parseQuantity(cpus)) }),
          memory: mebibytes(planned.limits.memory),
        },
        reservations: { memory: mebibytes(planned.requests.memory) },
      },
    },
  };
}

/** A quantity in Compose's unit `m` (2^20 bytes), rounded up. */
function mebibytes(quantity: string): string {
  return `${Math.ceil(parseQuantity(quantity) / 2 ** 20)}m`;
}

function nonEmpty<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}
