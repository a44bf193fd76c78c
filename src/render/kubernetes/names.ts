import type { ComponentName } from '../../checklist/components.ts';
import type { ScheduledName } from '../../deployment/scheduled-work.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { poolNames } from '../../deployment/worker-pools.ts';
import { chartProfile } from '../../versions/known-charts.ts';
import type { ServiceAddresses } from '../dify-env/addresses.ts';
import type { ChartFacts } from '../rendered.ts';

/** The chart's name of each component: the suffix of object names, and the `component` label of pods. */
export const COMPONENT_LABELS: Readonly<Record<ComponentName, string>> = {
  api: 'api',
  worker: 'worker',
  beat: 'beat',
  apiWebsocket: 'api-websocket',
  web: 'web',
  sandbox: 'sandbox',
  ssrfProxy: 'ssrf-proxy',
  pluginDaemon: 'plugin-daemon',
  agentBackend: 'agent-backend',
  localSandbox: 'local-sandbox',
  proxy: 'proxy',
};

/** The folder of the CA files in every container that connects to a data service. */
export const CERTIFICATES_FOLDER = '/etc/difyctl/certificates';

/** Names of one deployment in the chart (docs/chart-facts.md, Names). */
export interface ChartNames {
  readonly release: string;
  /** The chart's full name N. Every object is named N or N-<component>. */
  readonly full: string;
  /** Label `app.kubernetes.io/name`. */
  readonly app: string;
  /**
   * Suffix of the sandbox if difyctl creates it besides the chart's objects. It differs from the chart's, so that a
   * later chart can create its own sandbox.
   */
  readonly sandboxSuffix?: string;
  /** The names of the worker pools. */
  readonly pools: readonly string[];
}

/** Names as the chart makes them, including overrides in `extraValues`. */
export function chartNames(deployment: Deployment, facts: ChartFacts): ChartNames {
  const { sandboxBeside } = chartProfile(facts.name, facts.version);
  return { ...releaseNames(deployment, facts.name), ...(sandboxBeside ? { sandboxSuffix: 'code-sandbox' } : {}) };
}

/** The names that are the same in every version of a chart. */
export function releaseNames(deployment: Deployment, chart: string): ChartNames {
  const { name: release, extraValues } = deployment;
  const app = text(extraValues.nameOverride) ?? chart;
  const full = text(extraValues.fullnameOverride) ?? (release.includes(app) ? release : `${release}-${app}`);
  return { release, full: cut(full), app, pools: poolNames(deployment) };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The same rule for a subchart: `redis` of release `prod` is `prod-redis`; of release `my-redis` it is `my-redis`. */
function subchartName(release: string, chart: string): string {
  return cut(release.includes(chart) ? release : `${release}-${chart}`);
}

/** Helm's `trunc 63 | trimSuffix "-"`. */
function cut(name: string): string {
  return name.slice(0, 63).replace(/-$/, '');
}

export function componentFullName(names: ChartNames, component: ComponentName): string {
  const suffix = component === 'sandbox' ? names.sandboxSuffix : undefined;
  return `${names.full}-${suffix ?? COMPONENT_LABELS[component]}`;
}

/** The labels that select a component's pods. */
export function podLabels(names: ChartNames, component: ComponentName): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/name': names.app,
    'app.kubernetes.io/instance': names.release,
    component: COMPONENT_LABELS[component],
  };
}

/** A CronJob's name may have 52 characters (kubernetes.io, CronJob); the longest suffix needs 7 of them. */
const LONGEST_CRON_JOB = 45;

/** The name of the CronJob of a scheduled work, and of the objects that belong to all of them (`backup`). */
export function cronJobName({ full }: ChartNames, work: ScheduledName): string {
  return `${full.slice(0, LONGEST_CRON_JOB).replace(/-+$/, '')}-${work}`;
}

export function poolFullName(names: ChartNames, pool: string): string {
  return `${componentFullName(names, 'worker')}-${pool}`;
}

/**
 * The labels that every pod of every worker pool has. `app.kubernetes.io/name` is not the chart's, so that the selector
 * of the chart's worker, its budget and its autoscaler do not count them.
 */
export function poolLabels(names: ChartNames): Readonly<Record<string, string>> {
  return { ...podLabels(names, 'worker'), 'app.kubernetes.io/name': poolApp(names) };
}

/** The label `app.kubernetes.io/name` of pods of worker pools. */
export function poolApp({ app }: ChartNames): string {
  return `${app}-worker-pool`;
}

/** The label sets of a component's pods: one, and for the worker also that of its pools, if it has some. */
export function allPodLabels(names: ChartNames, component: ComponentName): readonly Readonly<Record<string, string>>[] {
  const own = podLabels(names, component);
  return component === 'worker' && names.pools.length > 0 ? [own, poolLabels(names)] : [own];
}

/** Addresses of the release's services: the chart's Services with its default ports and paths. */
export function chartAddresses(names: ChartNames): ServiceAddresses {
  const at = (component: ComponentName, port: number) => `http://${componentFullName(names, component)}:${port}`;
  return {
    api: at('api', 5001),
    pluginDaemon: at('pluginDaemon', 5002),
    sandbox: at('sandbox', 8194),
    ssrfProxy: at('ssrfProxy', 3128),
    agentBackend: at('agentBackend', 5050),
    localSandbox: at('localSandbox', 5004),
    bundled: {
      postgres: { host: subchartName(names.release, 'postgresql'), port: 5432 },
      redis: { host: `${subchartName(names.release, 'redis')}-master`, port: 6379 },
      weaviate: { http: 'http://weaviate', grpc: 'weaviate-grpc:50051' },
    },
    paths: {
      certificates: CERTIFICATES_FOLDER,
      storage: '/app/api/storage',
      pluginStorage: '/app/storage',
      pluginWorking: '/app/cwd',
    },
  };
}
