import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';
import type { KubernetesTarget } from '../../deployment/schema/target.ts';
import { kubectl } from '../../exec/kubectl.ts';
import { simulatedNodes } from '../../exec/simulated-nodes.ts';
import { fromCluster } from '../cluster/connect.ts';
import { type CollectContext, CollectionError } from '../evidence.ts';
import type { AnswersFact } from './answers.ts';
import { ask, type Entrypoint } from './ask.ts';
import { isSelected, podsOf } from './pods.ts';
import { withPortForward } from './port-forward.ts';

/** The pods and port that a Service selects. */
interface ServiceFact {
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
  /** Target port of the first port: a number, or a name in the pod. */
  readonly targetPort: string;
}

/** What came of a port-forward, or why every pod of the Service is simulated. */
type Forwarded<T> =
  | { readonly via: string; readonly simulated: string }
  | { readonly via: string; readonly simulated?: undefined; readonly seen: T };

/**
 * Requests the paths through a port-forward to a ready pod of the Service whose selector has this `component`. If all
 * its pods are simulated, requests nothing. Throws CollectionError if there is no such Service, no pod is ready, or a
 * right is missing.
 */
export async function askService(
  context: CollectContext,
  target: KubernetesTarget,
  component: string,
  paths: readonly string[],
): Promise<AnswersFact> {
  const forwarded = await throughService(context, target, component, (entrance) =>
    Promise.all(paths.map((path) => ask(entrance, path, context.signal))),
  );
  const { via, simulated } = forwarded;
  if (simulated !== undefined) return { via, simulated, answers: [] };
  return { via, simulated, answers: forwarded.seen };
}

/** Runs `use` with a port-forward, on the conditions of `askService`. */
export async function throughService<T>(
  context: CollectContext,
  { namespace }: KubernetesTarget,
  component: string,
  use: (entrance: Entrypoint) => Promise<T>,
): Promise<Forwarded<T>> {
  const { signal } = context;
  const cluster = kubectl(context.runner, context.kubeArgs);
  const service = await serviceOf(context, namespace, component);
  const pods = await fromCluster(context, `list pods in namespace ${namespace}`, () =>
    podsOf(cluster, namespace, signal),
  );
  const own = pods.filter((pod) => pod.ready && isSelected(pod, service.selector));
  const simulated = await simulatedNodes(cluster, signal);
  const real = own.filter(({ node }) => !simulated.has(node));
  const first = real[0];
  if (first === undefined) {
    if (own.length === 0) throw new CollectionError('absent', `no pod of Service ${service.name} is ready`);
    const reason =
      own.length === 1
        ? `the pod of Service ${service.name} is simulated (kwok)`
        : `all ${own.length} pods of Service ${service.name} are simulated (kwok)`;
    return { via: `Service ${service.name}`, simulated: reason };
  }
  const host = new URL(context.deployment?.urls.console ?? 'http://localhost').host;
  const port = first.ports[service.targetPort] ?? Number(service.targetPort);
  const options = { namespace, target: `pod/${first.name}`, port, signal };
  const seen = await fromCluster(context, `create pods/portforward in namespace ${namespace}`, () =>
    withPortForward(cluster, options, (localPort) => use({ address: '127.0.0.1', port: localPort, host })),
  );
  return { via: `a port-forward to pod ${first.name} of Service ${service.name}`, seen };
}

async function serviceOf(context: CollectContext, namespace: string, component: string): Promise<ServiceFact> {
  const label = `app.kubernetes.io%2Finstance%3D${context.deployment?.name}`;
  const services = await fromCluster(context, `list services in namespace ${namespace}`, (cluster) =>
    cluster.list(`/api/v1/namespaces/${namespace}/services?labelSelector=${label}`, serviceFact, context.signal),
  );
  const found = services.find(({ selector }) => selector.component === component);
  if (found !== undefined) return found;
  const missing =
    services.length === 0
      ? `Dify is not installed in namespace ${namespace} (it has no Service of the release)`
      : `Service of ${component} does not exist in namespace ${namespace}`;
  throw new CollectionError('absent', missing, undefined, 'difyctl install');
}

function serviceFact(service: unknown): ServiceFact {
  const first = listAt(service, 'spec', 'ports')[0];
  return {
    name: textAt(service, 'metadata', 'name'),
    selector: labelsAt(service, 'spec', 'selector'),
    targetPort: String(at(first, 'targetPort') ?? at(first, 'port') ?? ''),
  };
}
