import type { ComponentName } from '../../checklist/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
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
}

/** Names as the chart makes them, including overrides in `extraValues`. */
export function chartNames(deployment: Deployment, facts: ChartFacts): ChartNames {
  const { sandboxBeside } = chartProfile(facts.name, facts.version);
  return { ...releaseNames(deployment, facts.name), ...(sandboxBeside ? { sandboxSuffix: 'code-sandbox' } : {}) };
}

/** The names that are the same in every version of a chart. */
export function releaseNames({ name: release, extraValues }: Deployment, chart: string): ChartNames {
  const app = text(extraValues.nameOverride) ?? chart;
  const full = text(extraValues.fullnameOverride) ?? (release.includes(app) ? release : `${release}-${app}`);
  return { release, full: cut(full), app };
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
