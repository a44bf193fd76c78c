import { once } from 'node:events';
import { execa } from 'execa';
import type { Cluster } from '../testbed/cluster/cluster.ts';

interface PodObject {
  readonly metadata: { readonly deletionTimestamp?: string; readonly labels: { readonly component?: string } };
  readonly spec: { readonly nodeName: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** A pod that is ready and is not being deleted. */
export interface ReadyPod {
  readonly component: string;
  readonly node: string;
}

/** Reads the ready pods of a namespace, sorted by component. */
export async function readyPods(cluster: Cluster, namespace: string): Promise<readonly ReadyPod[]> {
  const list = await cluster.kubectl(['get', 'pods', '-n', namespace, '-o', 'json']);
  const { items } = JSON.parse(list) as { readonly items: readonly PodObject[] };
  const ready = items.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined &&
      status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true,
  );
  return ready
    .map(({ metadata, spec }) => ({ component: metadata.labels.component ?? '', node: spec.nodeName }))
    .sort((one, other) => (one.component < other.component ? -1 : 1));
}

/**
 * Drains a node with kubectl. Returns when the node has no pods, with the messages of kubectl, such as an eviction that
 * a budget refuses. kubectl repeats it.
 */
export async function drainNode(cluster: Cluster, node: string): Promise<string> {
  const args = ['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=300s'];
  return (await kubectl(cluster, args)).stderr;
}

/** A watch of how many pods of each Deployment are available. */
export interface AvailabilityWatch {
  /** Ends the watch. Returns the Deployments that had no available pod at some time. */
  end(): Promise<ReadonlySet<string>>;
}

/** Starts the watch. Returns when it has the first counts. */
export async function watchAvailability(cluster: Cluster, namespace: string): Promise<AvailabilityWatch> {
  const columns = '{.metadata.name} {.status.availableReplicas}{"\\n"}';
  const watch = kubectl(cluster, ['get', 'deployments', '-n', namespace, '--watch', '-o', `jsonpath=${columns}`]);
  await once(watch.stdout, 'data');
  return {
    end: async () => {
      watch.kill();
      const { stdout } = await watch.catch((ended: { readonly stdout: string }) => ended);
      return new Set([...stdout.matchAll(/^(\S+) $/gm)].map(([, name = '']) => name));
    },
  };
}

function kubectl({ tools, kubeconfig }: Cluster, args: readonly string[]) {
  return execa(tools.kubectl ?? 'kubectl', ['--kubeconfig', kubeconfig, ...args], { stdin: 'ignore' });
}
