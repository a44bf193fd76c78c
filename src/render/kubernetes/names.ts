import type { ComponentName } from '../../checklist/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { chartProfile } from '../../versions/known-charts.ts';
import type { ServiceAddresses } from '../dify-env/addresses.ts';
import type { ChartFacts } from '../rendered.ts';

/** What the chart calls each component: the suffix of its objects' names and the `component` label of its pods. */
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

/** Folder in which the CA files of data services stand in every container that connects to one. */
export const CERTIFICATES_FOLDER = '/etc/difyctl/certificates';

/** How the chart names things for one deployment (docs/chart-facts.md, Names). */
export interface ChartNames {
  readonly release: string;
  /** The chart's full name N: every object is called N or N-<component>. */
  readonly full: string;
  /** Label `app.kubernetes.io/name`. */
  readonly app: string;
  /** The sandbox's suffix if difyctl makes it beside the chart: an own name, so that a later chart can make its own. */
  readonly sandboxSuffix?: string;
}

/** Names as the chart makes them; overrides in `extraValues` count. */
export function chartNames(deployment: Deployment, facts: ChartFacts): ChartNames {
  const { sandboxBeside } = chartProfile(facts.name, facts.version);
  return { ...releaseNames(deployment, facts.name), ...(sandboxBeside ? { sandboxSuffix: 'code-sandbox' } : {}) };
}

/** The names that every version of a chart makes alike. */
export function releaseNames({ name: release, extraValues }: Deployment, chart: string): ChartNames {
  const app = text(extraValues.nameOverride) ?? chart;
  const full = text(extraValues.fullnameOverride) ?? (release.includes(app) ? release : `${release}-${app}`);
  return { release, full: cut(full), app };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The same rule for a subchart: `redis` of release `prod` is `prod-redis`, of release `my-redis` just that. */
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

/** The labels by which a component's pods are found. */
export function podLabels(names: ChartNames, component: ComponentName): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/name': names.app,
    'app.kubernetes.io/instance': names.release,
    component: COMPONENT_LABELS[component],
  };
}

/** Where the parts of the release find each other: the chart's Services and its default ports and paths. */
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
