import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';
import type { KubernetesTarget } from '../../deployment/schema/target.ts';
import { kubectl } from '../../exec/kubectl.ts';
import { simulatedNodes } from '../../exec/simulated-nodes.ts';
import { fromCluster } from '../cluster/connect.ts';
import { type CollectContext, CollectionError } from '../evidence.ts';
import type { Answer, AnswersFact } from './answers.ts';
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
  const { namespace } = target;
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
    return { via: `Service ${service.name}`, simulated: reason, answers: [] };
  }
  const port = first.ports[service.targetPort] ?? Number(service.targetPort);
  const options = { namespace, target: `pod/${first.name}`, port, signal };
  const answers = await fromCluster(context, `create pods/portforward in namespace ${namespace}`, () =>
    withPortForward(cluster, options, (localPort) => askAll(context, localPort, paths)),
  );
  return { via: `a port-forward to pod ${first.name} of Service ${service.name}`, simulated: undefined, answers };
}

async function askAll(context: CollectContext, port: number, paths: readonly string[]): Promise<readonly Answer[]> {
  const host = new URL(context.deployment?.urls.console ?? 'http://localhost').host;
  const entrance: Entrypoint = { address: '127.0.0.1', port, host };
  return Promise.all(paths.map((path) => ask(entrance, path, context.signal)));
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
