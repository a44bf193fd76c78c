import { textAt } from '../../../base/json-path.ts';
import { POOL_LABEL } from '../../../base/own-labels.ts';
import { COMPONENTS, type ComponentName } from '../../../checklist/components.ts';
import type { KubernetesTarget } from '../../../deployment/schema/target.ts';
import { projectContainers } from '../../../exec/compose-project.ts';
import { docker } from '../../../exec/docker.ts';
import { kubectl } from '../../../exec/kubectl.ts';
import { nodesNamed } from '../../../exec/simulated-nodes.ts';
import { SERVICE_OF } from '../../../render/compose/names.ts';
import { COMPONENT_LABELS } from '../../../render/kubernetes/names.ts';
import { fromCluster } from '../../cluster/connect.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey } from '../../evidence.ts';
import { type AppPod, isSelected, podsOf } from '../pods.ts';

/** A running pod or container of one component. */
export interface AppProcess {
  readonly component: ComponentName;
  /** Pod name, or the first 12 characters of the container's id: the host name of the process. */
  readonly host: string;
  /** ISO time when its container started. Empty if unknown. */
  readonly startedAt: string;
  /** Node and zone of the pod. Empty for a container, for a node that may not be read, and for one without a zone. */
  readonly node: string;
  readonly zone: string;
  /** True if kwok simulates the node: the pod runs nothing. */
  readonly simulated: boolean;
  /** The worker pool that it belongs to; absent if it belongs to none. */
  readonly pool?: string;
}
export const APP_PROCESSES = evidenceKey<readonly AppProcess[]>('app.processes', 1);

/** The running processes of every component, listed once for all collectors that ask them. */
export const appProcessesCollector: Collector<readonly AppProcess[]> = {
  key: APP_PROCESSES,
  timeoutMs: 60_000,
  collect: (context) => {
    const { deployment } = context;
    if (deployment === undefined) throw new CollectionError('absent', 'a deployment file');
    const { target, name } = deployment;
    return target.type === 'compose' ? containersOf(context, name) : runningPods(context, target, name);
  },
};

async function containersOf(context: CollectContext, project: string): Promise<readonly AppProcess[]> {
  const label = `{{json (index .Config.Labels "${POOL_LABEL}")}}`;
  const state = '"status":{{json .State.Status}},"startedAt":{{json .State.StartedAt}}';
  const fields = `{"id":{{json .Id}},${state},"pool":${label}}`;
  const containers = await projectContainers(docker(context.runner), project, fields, context.signal);
  return containers.flatMap(({ service, fields: seen }) => {
    const pool = textAt(seen, 'pool');
    const component = pool === '' ? COMPONENTS.find((name) => SERVICE_OF[name] === service) : 'worker';
    if (component === undefined || textAt(seen, 'status') !== 'running') return [];
    const host = textAt(seen, 'id').slice(0, 12);
    const startedAt = textAt(seen, 'startedAt');
    return [{ component, host, startedAt, node: '', zone: '', simulated: false, ...poolOf(pool) }];
  });
}

async function runningPods(
  context: CollectContext,
  { namespace }: KubernetesTarget,
  release: string,
): Promise<readonly AppProcess[]> {
  const cluster = kubectl(context.runner, context.kubeArgs);
  const pods = await fromCluster(context, `list pods in namespace ${namespace}`, (reader) =>
    podsOf(reader, namespace, context.signal),
  );
  const running = pods.flatMap((pod) => {
    const component = componentOf(pod, release);
    return component === undefined || pod.startedAt === '' ? [] : [{ ...pod, component }];
  });
  const names = [...new Set(running.map(({ node }) => node))];
  const nodes = await nodesNamed(cluster, names, context.signal);
  return running.map(({ component, name, node, startedAt, labels }) => {
    const { zone = '', simulated = false } = nodes.get(node) ?? {};
    return { component, host: name, startedAt, node, zone, simulated, ...poolOf(labels[POOL_LABEL] ?? '') };
  });
}

function poolOf(name: string): Pick<AppProcess, 'pool'> {
  return name === '' ? {} : { pool: name };
}

function componentOf(pod: AppPod, release: string): ComponentName | undefined {
  const of = (name: ComponentName) => ({ 'app.kubernetes.io/instance': release, component: COMPONENT_LABELS[name] });
  return COMPONENTS.find((name) => isSelected(pod, of(name)));
}
