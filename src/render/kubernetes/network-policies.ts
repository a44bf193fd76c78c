import type { JsonObject } from '../../base/json.ts';
import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import { DNS_ADDRESSES, DNS_PORTS, METADATA_ADDRESSES, PRIVATE_ADDRESSES } from '../../checklist/private-addresses.ts';
import type { PlannedComponent } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { API_PROCESSES } from '../../providers/chart-block.ts';
import type { KubernetesObject } from '../rendered.ts';
import { bundledFences } from './bundled-fences.ts';
import { allPodLabels, type ChartNames, componentFullName, podLabels, poolApp, poolLabels } from './names.ts';
import { ownObject } from './own-object.ts';

type Planned = Readonly<Record<ComponentName, PlannedComponent>>;

/** The ports of the chart's containers. */
const PORTS = { api: 5001, agentBackend: 5050, localSandbox: 5004, pluginDaemon: 5002, sandbox: 8194, ssrfProxy: 3128 };
/** The port of the plugin daemon at which developers install plugins that they debug. */
const DEBUG_PORT = 5003;

/** Components that run code of apps. Each has a policy of its own for its outgoing connections. */
const CONFINED: readonly ComponentName[] = ['sandbox', 'localSandbox', 'ssrfProxy'];

/**
 * The NetworkPolicies of a deployment with `target.networkPolicy.enabled`; otherwise none. Policies add up, so a policy
 * of the operator can allow more.
 */
export function networkPolicies(
  deployment: Deployment,
  planned: Planned,
  names: ChartNames,
): readonly KubernetesObject[] {
  const { target } = deployment;
  if (target.type !== 'kubernetes' || !target.networkPolicy.enabled) return [];
  const fences = COMPONENTS.flatMap((name) => fenceOf(planned, names, name));
  const policies = fences.map(({ component, spec }) =>
    ownObject(deployment, 'networkPolicy', componentFullName(names, component), {
      spec: { podSelector: { matchLabels: { ...podLabels(names, component) } }, ...spec },
    }),
  );
  return [...policies, outgoing(deployment, planned, names), ...bundledFences(deployment, planned, names)];
}

interface Fence {
  readonly component: ComponentName;
  readonly spec: JsonObject;
}

/** The policy of one component; none for a component that is off or open. */
function fenceOf(planned: Planned, names: ChartNames, component: ComponentName): readonly Fence[] {
  if (!planned[component].enabled) return [];
  const from = (...components: readonly ComponentName[]) => peersOf(planned, names, components);
  switch (component) {
    case 'sandbox':
      return [both(component, accept(from('api', 'worker'), PORTS.sandbox), confined(planned, names, component))];
    case 'localSandbox':
      // Signed files and the stub through which the shell calls Dify (`localSandboxEnv`).
      return [
        both(
          component,
          accept(from('agentBackend'), PORTS.localSandbox),
          confined(planned, names, component, ['api', 'agentBackend']),
        ),
      ];
    case 'ssrfProxy':
      return [both(component, accept(ofRelease(names), PORTS.ssrfProxy), [dns(), internet()])];
    case 'pluginDaemon':
      return [{ component, spec: { policyTypes: ['Ingress'], ingress: [...daemonIngress(planned, names)] } }];
    default:
      return [];
  }
}

/** Without a proxy, apps reach the internet directly, but no private address. */
function confined(
  planned: Planned,
  names: ChartNames,
  component: ComponentName,
  inside: readonly (keyof typeof PORTS)[] = [],
): readonly JsonObject[] {
  const proxied = planned.ssrfProxy.enabled ? [reach(planned, names, 'ssrfProxy')] : [internet()];
  const own = ownProxyPorts(planned[component]).map((port) => ({ ports: [tcp(port)] }));
  return [
    dns(),
    ...proxied,
    ...inside.filter((one) => planned[one].enabled).map((one) => reach(planned, names, one)),
    ...own,
  ];
}

/** The ports of proxies that the file names in `extraEnv`. Their addresses are not known here. */
function ownProxyPorts({ extraEnv }: PlannedComponent): readonly number[] {
  const ports = [extraEnv.HTTP_PROXY, extraEnv.HTTPS_PROXY].flatMap((url) => {
    if (url === undefined || !URL.canParse(url)) return [];
    const { port, protocol } = new URL(url);
    return [port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)];
  });
  return [...new Set(ports)];
}

/**
 * The plugin daemon is open to the processes that call it and, because daemons pass requests on to each other, to
 * itself. Its debug port is closed, unless the file names the address that it listens on.
 */
function daemonIngress(planned: Planned, names: ChartNames): readonly JsonObject[] {
  const callers = peersOf(planned, names, [...API_PROCESSES, 'agentBackend', 'proxy', 'pluginDaemon']);
  const host = planned.pluginDaemon.extraEnv.PLUGIN_REMOTE_INSTALLING_HOST;
  const isDebugged = host !== undefined && host !== '127.0.0.1';
  // Without nginx, a Gateway leads to the daemon (`/e/`).
  const web = planned.proxy.enabled ? accept(callers, PORTS.pluginDaemon) : [{ ports: [tcp(PORTS.pluginDaemon)] }];
  return [...web, ...(isDebugged ? [{ ports: [tcp(DEBUG_PORT)] }] : [])];
}

/** What every other process may not reach: cloud metadata, and the addresses of the API server that the file names. */
function outgoing(deployment: Deployment, planned: Planned, names: ChartNames): KubernetesObject {
  const { target } = deployment;
  const apiServer = target.type === 'kubernetes' ? target.networkPolicy.apiServer : [];
  const metadata = needsMetadata(deployment) ? [] : METADATA_ADDRESSES;
  const components = COMPONENTS.filter((name) => planned[name].enabled && !CONFINED.includes(name));
  const except = [...metadata, ...apiServer];
  return ownObject(deployment, 'networkPolicy', `${names.full}-outgoing`, {
    spec: {
      podSelector: {
        ...releaseSelector(names),
        matchExpressions: [
          ...appExpressions(names),
          {
            key: 'component',
            operator: 'In',
            values: components.map((name) => podLabels(names, name).component ?? ''),
          },
        ],
      },
      policyTypes: ['Egress'],
      // Some network plugins do not apply an ipBlock to pods (Cilium), hence the selector of all pods.
      egress: [dns(), { to: [{ namespaceSelector: {} }, ...blocks(except)] }],
    },
  });
}

/**
 * An identity of the pod may be fetched from the metadata service: an instance profile on AWS, Workload Identity on
 * Google Cloud.
 */
export function needsMetadata({ objectStorage }: Deployment): boolean {
  const { provider } = objectStorage;
  if (provider === 's3') return objectStorage.s3.identity === 'workload';
  return provider === 'gcs' && objectStorage.gcs.identity === 'workload';
}

function both(component: ComponentName, ingress: readonly JsonObject[], egress: readonly JsonObject[]): Fence {
  return { component, spec: { policyTypes: ['Ingress', 'Egress'], ingress: [...ingress], egress: [...egress] } };
}

function accept(from: readonly JsonObject[], port: number): readonly JsonObject[] {
  return from.length === 0 ? [] : [{ from: [...from], ports: [tcp(port)] }];
}

function reach(planned: Planned, names: ChartNames, component: keyof typeof PORTS): JsonObject {
  return { to: [...peersOf(planned, names, [component])], ports: [tcp(PORTS[component])] };
}

/** DNS anywhere in the cluster, whatever its pods are called. */
export function dns(): JsonObject {
  const to = [{ namespaceSelector: {} }, ...DNS_ADDRESSES.map((cidr) => ({ ipBlock: { cidr } }))];
  return { to, ports: DNS_PORTS.flatMap((port) => [{ protocol: 'UDP', port }, tcp(port)]) };
}

/** Public addresses only. */
function internet(): JsonObject {
  return { to: [...blocks(PRIVATE_ADDRESSES)] };
}

/** Every address of both families except these ranges. */
export function blocks(except: readonly string[]): readonly JsonObject[] {
  const of = (isSixth: boolean) => except.filter((range) => range.includes(':') === isSixth);
  return [ipBlock('0.0.0.0/0', of(false)), ipBlock('::/0', of(true))];
}

function ipBlock(cidr: string, except: readonly string[]): JsonObject {
  return { ipBlock: { cidr, ...(except.length === 0 ? {} : { except: [...except] }) } };
}

function tcp(port: number): JsonObject {
  return { protocol: 'TCP', port };
}

/** The pods of these components, as far as they run. */
function peersOf(planned: Planned, names: ChartNames, components: readonly ComponentName[]): readonly JsonObject[] {
  const running = components.filter((name) => planned[name].enabled);
  const labels = running.flatMap((name) => allPodLabels(names, name));
  return labels.map((own) => ({ podSelector: { matchLabels: { ...own } } }));
}

/** Every pod of Dify. */
function ofRelease(names: ChartNames): readonly JsonObject[] {
  const labels = [releaseLabels(names), ...(names.pools.length > 0 ? [poolLabels(names)] : [])];
  return labels.map((own) => ({ podSelector: { matchLabels: { ...own } } }));
}

/** Without pools, all pods of Dify have one name; with pools, `appExpressions` selects both names. */
function releaseSelector(names: ChartNames): JsonObject {
  if (names.pools.length === 0) return { matchLabels: { ...releaseLabels(names) } };
  return { matchLabels: { 'app.kubernetes.io/instance': names.release } };
}

function appExpressions(names: ChartNames): readonly JsonObject[] {
  if (names.pools.length === 0) return [];
  return [{ key: 'app.kubernetes.io/name', operator: 'In', values: [names.app, poolApp(names)] }];
}

function releaseLabels({ app, release }: ChartNames): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': app, 'app.kubernetes.io/instance': release };
}
