import { textAt } from '../../../base/json-path.ts';
import type { ComponentName } from '../../../checklist/components.ts';
import type { Deployment } from '../../../deployment/schema/deployment.ts';
import type { KubernetesTarget } from '../../../deployment/schema/target.ts';
import { projectContainers } from '../../../exec/compose-project.ts';
import { docker } from '../../../exec/docker.ts';
import { kubectl } from '../../../exec/kubectl.ts';
import { simulatedAmong } from '../../../exec/simulated-nodes.ts';
import { SERVICE_OF } from '../../../render/compose/names.ts';
import { COMPONENT_LABELS } from '../../../render/kubernetes/names.ts';
import { fromCluster } from '../../cluster/connect.ts';
import { type CollectContext, CollectionError } from '../../evidence.ts';
import { isSelected, podsOf } from '../pods.ts';

/** A running pod or container of one component. */
export interface AppProcess {
  /** Pod name, or the first 12 characters of the container's id: the host name of the process. */
  readonly host: string;
  /** ISO time when its container started. Empty if unknown. */
  readonly startedAt: string;
  readonly simulated: boolean;
}

/** Output of a command that ran inside a component, or the reason why no process can run it. */
export type Inside<T> =
  | { readonly via: string; readonly simulated: string }
  | { readonly via: string; readonly simulated?: undefined; readonly seen: T };

export interface InsideCommand {
  readonly component: ComponentName;
  readonly command: readonly string[];
  /** Exit codes of the command that are answers. Default: only 0. */
  readonly okCodes?: readonly number[];
  /** Time limit. Default: 60,000. */
  readonly timeoutMs?: number;
}

/** Milliseconds: `flask` loads the whole application before it answers. */
const COMMAND_MS = 60_000;

/**
 * Runs a command in the first running process of a component and returns what `parse` makes of its standard output. If
 * all its pods are simulated, runs nothing. Throws CollectionError if nothing runs, or if a right is missing, and
 * ExternalError if the command fails.
 */
export async function runInside<T>(
  context: CollectContext,
  { component, command, okCodes = [0], timeoutMs = COMMAND_MS }: InsideCommand,
  parse: (stdout: string) => T,
): Promise<Inside<T>> {
  const deployment = deploymentOf(context);
  const processes = await processesOf(context, component);
  const real = processes.find(({ simulated }) => !simulated);
  if (real === undefined) {
    if (processes.length === 0) throw new CollectionError('absent', `a running process of ${component}`);
    return { via: component, simulated: `every pod of ${component} is simulated (kwok)` };
  }
  const options = { signal: context.signal, timeoutMs, okCodes };
  const { target } = deployment;
  if (target.type === 'compose') {
    const stdout = await docker(context.runner).run(['exec', real.host, ...command], options);
    return { via: `a command in a container of ${SERVICE_OF[component]}`, seen: parse(stdout) };
  }
  const args = ['exec', '-n', target.namespace, real.host, '--', ...command];
  const stdout = await fromCluster(context, `create pods/exec in namespace ${target.namespace}`, () =>
    kubectl(context.runner, context.kubeArgs).run(args, options),
  );
  return { via: `a command in pod ${real.host}`, seen: parse(stdout) };
}

/** The running processes of a component. */
export async function processesOf(context: CollectContext, component: ComponentName): Promise<readonly AppProcess[]> {
  const deployment = deploymentOf(context);
  const { target } = deployment;
  return target.type === 'compose'
    ? containersOf(context, deployment.name, component)
    : runningPods(context, target, { release: deployment.name, component });
}

async function containersOf(
  context: CollectContext,
  project: string,
  component: ComponentName,
): Promise<readonly AppProcess[]> {
  const fields = '{"id":{{json .Id}},"status":{{json .State.Status}},"startedAt":{{json .State.StartedAt}}}';
  const containers = await projectContainers(docker(context.runner), project, fields, context.signal);
  return containers
    .filter(({ service, fields: seen }) => service === SERVICE_OF[component] && textAt(seen, 'status') === 'running')
    .map(({ fields: seen }) => ({
      host: textAt(seen, 'id').slice(0, 12),
      startedAt: textAt(seen, 'startedAt'),
      simulated: false,
    }));
}

async function runningPods(
  context: CollectContext,
  { namespace }: KubernetesTarget,
  { release, component }: { readonly release: string; readonly component: ComponentName },
): Promise<readonly AppProcess[]> {
  const cluster = kubectl(context.runner, context.kubeArgs);
  const pods = await fromCluster(context, `list pods in namespace ${namespace}`, () =>
    podsOf(cluster, namespace, context.signal),
  );
  const labels = { 'app.kubernetes.io/instance': release, component: COMPONENT_LABELS[component] };
  const running = pods.filter((pod) => pod.startedAt !== '' && isSelected(pod, labels));
  const nodes = [...new Set(running.map(({ node }) => node))];
  const simulated = await simulatedAmong(cluster, nodes, context.signal);
  return running.map(({ name, node, startedAt }) => ({ host: name, startedAt, simulated: simulated.has(node) }));
}

/** The deployment. Throws CollectionError if the run has no file. */
export function deploymentOf({ deployment }: CollectContext): Deployment {
  if (deployment === undefined) throw new CollectionError('absent', 'a deployment file');
  return deployment;
}
