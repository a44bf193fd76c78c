import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';
import { kubectl } from '../../exec/kubectl.ts';
import { simulatedNodes } from '../../exec/simulated-nodes.ts';
import { fromCluster } from '../cluster/connect.ts';
import type { CollectContext } from '../evidence.ts';
import type { RenderedSet } from '../rendered/set.ts';
import { type AppPod, isSelected, podsOf } from './pods.ts';
import type { AppWorkload } from './workloads.ts';

/** A Deployment or StatefulSet in the cluster. */
interface LiveWorkload {
  readonly kind: string;
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly desired: number;
  readonly available: number;
  readonly complaint: string;
}

const COLLECTIONS = { Deployment: 'deployments', StatefulSet: 'statefulsets' } as const;

/** Compares every workload of the rendered set with its state and pods in the cluster. */
export async function kubernetesWorkloads(
  context: CollectContext,
  namespace: string,
  rendered: RenderedSet,
): Promise<readonly AppWorkload[]> {
  const { signal } = context;
  const cluster = kubectl(context.runner, context.kubeArgs);
  const list = (kind: keyof typeof COLLECTIONS): Promise<readonly LiveWorkload[]> =>
    fromCluster(context, `list ${COLLECTIONS[kind]} in namespace ${namespace}`, () =>
      cluster.list(`/apis/apps/v1/namespaces/${namespace}/${COLLECTIONS[kind]}`, (item) => live(kind, item), signal),
    );
  const [deployments, sets, pods, simulated] = await Promise.all([
    list('Deployment'),
    list('StatefulSet'),
    fromCluster(context, `list pods in namespace ${namespace}`, () => podsOf(cluster, namespace, signal)),
    simulatedNodes(cluster, signal),
  ]);
  const all = [...deployments, ...sets];
  return rendered.workloads.map((planned) => {
    const found = all.find(({ kind, name }) => kind === planned.kind && name === planned.name);
    const own = found === undefined ? [] : pods.filter((pod) => isSelected(pod, found.selector));
    const isScaled = rendered.autoscalers.some(({ scales }) => scales?.workload === planned.name);
    return workload(planned, found, { own, simulated, isScaled });
  });
}

function live(kind: string, item: unknown): LiveWorkload {
  const count = (...keys: readonly string[]): number => Number(at(item, ...keys) ?? 0);
  const observed = count('status', 'observedGeneration') >= count('metadata', 'generation');
  const updated = kind === 'Deployment' ? count('status', 'updatedReplicas') : Number.POSITIVE_INFINITY;
  const available = count('status', kind === 'Deployment' ? 'availableReplicas' : 'readyReplicas');
  const failing = listAt(item, 'status', 'conditions').find(
    (one) => textAt(one, 'status') === 'False' && ['Available', 'Progressing'].includes(textAt(one, 'type')),
  );
  return {
    kind,
    name: textAt(item, 'metadata', 'name'),
    selector: labelsAt(item, 'spec', 'selector', 'matchLabels'),
    desired: Number(at(item, 'spec', 'replicas') ?? 1),
    available: observed ? Math.min(available, updated) : 0,
    complaint: observed ? textAt(failing, 'message') : 'its newest template is not rolled out yet',
  };
}

interface WorkloadFacts {
  readonly own: readonly AppPod[];
  readonly simulated: ReadonlySet<string>;
  readonly isScaled: boolean;
}

function workload(
  planned: RenderedSet['workloads'][number],
  found: LiveWorkload | undefined,
  { own, simulated, isScaled }: WorkloadFacts,
): AppWorkload {
  // An autoscaler decides within its own limits; otherwise the rendered count applies, even if the workload was scaled
  // by hand.
  const desired = isScaled && found !== undefined && found.desired > 0 ? found.desired : planned.replicas;
  const ready = found?.available ?? 0;
  return {
    name: planned.name,
    kind: 'workload',
    desired,
    ready,
    images: [...new Set(own.flatMap(({ images }) => images))],
    renderedImages: planned.images,
    restarts: own.reduce((sum, { restarts }) => sum + restarts, 0),
    lastRestart: own
      .flatMap(({ lastRestart }) => lastRestart ?? [])
      .toSorted()
      .at(-1),
    simulated: own.length > 0 && own.every(({ node }) => simulated.has(node)),
    holdup: found === undefined ? 'does not exist in the cluster' : ready >= desired ? '' : heldBy(found, desired),
  };
}

function heldBy({ desired: live, complaint }: LiveWorkload, desired: number): string {
  if (complaint !== '' || live >= desired) return complaint;
  return `is scaled to ${live}`;
}
