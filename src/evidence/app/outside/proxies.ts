import { labelsAt, listAt, textAt } from '../../../base/json-path.ts';
import { plannedComponents } from '../../../deployment/components.ts';
import type { Deployment } from '../../../deployment/schema/deployment.ts';
import { isServed } from '../../../versions/routes.ts';
import { INGRESS_CLASSES, type IngressClassFact } from '../../cluster/classes.ts';
import { fromCluster } from '../../cluster/connect.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey, type Need } from '../../evidence.ts';
import { publicOrigins } from '../../names/public-hosts.ts';
import { ROUTES } from '../answers.ts';
import { deploymentOf, runInside } from '../inside/exec.ts';
import { BUFFERING } from './ingress-buffering.ts';
import { type NginxRule, nginxRules } from './nginx-config.ts';

/** An Ingress for a public host, as the cluster has it. */
export interface LiveIngress {
  readonly name: string;
  /** `spec.controller` of its class. Empty if unknown. */
  readonly controller: string;
  /** Its annotations about buffering. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** The settings of the servers in front of the API that decide whether an event arrives when it is sent. */
export interface Proxies {
  /** Why nginx could not be read: all its pods are simulated. */
  readonly simulated?: string;
  /** Absent if the deployment has no nginx, or `simulated` says why it could not be read. */
  readonly nginx?: { readonly via: string; readonly rules: readonly NginxRule[] };
  readonly ingresses: readonly LiveIngress[];
}
export const APP_PROXIES = evidenceKey<Proxies>('app.proxies', 1);

/**
 * Prints the configuration. `nginx -T` tests it first, and fails if nginx's user may not write its files; the second
 * command prints the same files.
 */
const PRINT = [
  'nginx -T 2>/dev/null && exit 0',
  'for file in /etc/nginx/nginx.conf /etc/nginx/*.conf /etc/nginx/*/*.conf; do',
  '  [ -f "$file" ] && printf "\\n# configuration file %s:\\n" "$file" && cat "$file"; done; true',
].join('\n');
const PRINT_MS = 45_000;

export const appProxiesCollector: Collector<Proxies> = {
  key: APP_PROXIES,
  timeoutMs: 60_000,
  collect: async (context, need) => {
    const deployment = deploymentOf(context);
    const [own, ingresses] = await Promise.all([
      nginxOf(context, deployment, need),
      ingressesOf(context, deployment, need),
    ]);
    return { ...own, ingresses };
  },
};

/** The rules of the API that this release serves. Events arrive under each of them. */
function apiPrefixes({ version }: Deployment): readonly string[] {
  return ROUTES.filter(({ by, path }) => by === 'api' && isServed(path, version)).map(({ prefix }) => prefix);
}

async function nginxOf(
  context: CollectContext,
  deployment: Deployment,
  need: Need,
): Promise<Omit<Proxies, 'ingresses'>> {
  if (!plannedComponents(deployment).proxy.enabled) return {};
  const command = ['sh', '-c', PRINT];
  const prefixes = apiPrefixes(deployment);
  const inside = await runInside(context, need, { component: 'proxy', command, timeoutMs: PRINT_MS }, (stdout) =>
    nginxRules(stdout, prefixes),
  );
  if (inside.simulated !== undefined) return { simulated: inside.simulated };
  return { nginx: { via: inside.via, rules: inside.seen } };
}

/** The Ingresses of the namespace for a public host. */
async function ingressesOf(
  context: CollectContext,
  deployment: Deployment,
  need: Need,
): Promise<readonly LiveIngress[]> {
  const { target } = deployment;
  if (target.type === 'compose') return [];
  const { namespace } = target;
  const hosts = new Set(publicOrigins(deployment).map(({ host }) => host));
  const found = await fromCluster(context, `list ingresses in namespace ${namespace}`, (cluster) =>
    cluster.list(
      `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`,
      (item) => (isFor(item, hosts) ? ingressFact(item) : undefined),
      context.signal,
    ),
  );
  if (found.length === 0) return [];
  const classes = await need(INGRESS_CLASSES).catch((error: unknown): readonly IngressClassFact[] => {
    if (error instanceof CollectionError) return [];
    throw error;
  });
  return found.map(({ name, className, annotations }) => {
    const own = classes.find((one) => (className === '' ? one.isDefault : one.name === className));
    return { name, controller: own?.controller ?? '', annotations };
  });
}

function isFor(item: unknown, hosts: ReadonlySet<string>): boolean {
  const rules = listAt(item, 'spec', 'rules').map((rule) => textAt(rule, 'host'));
  return rules.some((host) => host === '' || hosts.has(host));
}

function ingressFact(item: unknown): Omit<LiveIngress, 'controller'> & { readonly className: string } {
  const all = labelsAt(item, 'metadata', 'annotations');
  const known = BUFFERING.map(({ annotation }) => annotation).filter((name) => all[name] !== undefined);
  return {
    name: textAt(item, 'metadata', 'name'),
    className: textAt(item, 'spec', 'ingressClassName') || (all['kubernetes.io/ingress.class'] ?? ''),
    annotations: Object.fromEntries(known.map((name) => [name, all[name] ?? ''])),
  };
}
