import { setTimeout as delay } from 'node:timers/promises';
import { type AccessQuestion, type Kubectl, KubectlError } from '../exec/kubectl.ts';
import { simulatedNodes } from '../exec/simulated-nodes.ts';
import { JobError } from './job-error.ts';
import { type PodState, podState } from './pod-state.ts';

const POLL_MS = 500;
/** Seconds to wait until an object and its pod are deleted. */
const REMOVE_SECONDS = 20;

/** Throws JobError that names each missing right. */
export async function demandRights(
  cluster: Kubectl,
  namespace: string,
  rights: readonly Omit<AccessQuestion, 'namespace'>[],
  signal: AbortSignal,
): Promise<void> {
  const questions = rights.map((right) => ({ ...right, namespace }));
  const answers = await cluster.mayI(questions, signal).catch(asMissing);
  const missing = questions.filter((_, index) => answers[index] !== true).map(rightName);
  if (missing.length === 0) return;
  throw new JobError('denied', `${missing.join(', ')} in namespace ${namespace}`);
}

function rightName({ verb, group, resource, subresource }: AccessQuestion): string {
  const kind = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${group === '' ? kind : `${kind}.${group}`}`;
}

/** Creates objects. Throws JobError with the cluster's message. */
export async function createObjects(
  cluster: Kubectl,
  namespace: string,
  objects: readonly object[],
  signal: AbortSignal,
): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  try {
    await cluster.run(['create', '-n', namespace, '-f', '-', '-o', 'name'], { input, signal });
  } catch (error) {
    if (error instanceof KubectlError && error.reason === 'not-found') {
      throw new JobError('absent', `namespace ${namespace} does not exist: kubectl create namespace ${namespace}`);
    }
    return asMissing(error);
  }
}

/**
 * Deletes objects, such as `job/NAME`, and waits until they do not exist. Returns undefined if they were deleted;
 * otherwise a message with the command that deletes them.
 */
export async function removeObjects(
  cluster: Kubectl,
  namespace: string,
  names: readonly string[],
): Promise<string | undefined> {
  const command = ['delete', ...names, '-n', namespace];
  const how = ['--ignore-not-found', '--cascade=foreground', '--wait', `--timeout=${REMOVE_SECONDS}s`];
  const remove = () => cluster.run([...command, ...how], { timeoutMs: (REMOVE_SECONDS + 5) * 1_000 });
  try {
    // A Ctrl-C on a terminal may end kubectl while it deletes, so it runs once more.
    await remove().catch(remove);
    return undefined;
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    if (error.reason === 'not-found') return undefined;
    return `${names.join(' and ')} could not be removed (${error.message}): kubectl ${command.join(' ')}`;
  }
}

/**
 * Waits until the job's pod is ready on a real node, and returns the pod's name. Throws JobError with what prevents it:
 * the image, a quota, Pod Security, no capacity, a simulated node; or with the last state once `limitMs` are over.
 */
export async function untilReady(
  cluster: Kubectl,
  job: { readonly name: string; readonly namespace: string },
  { signal, limitMs }: { readonly signal: AbortSignal; readonly limitMs: number },
): Promise<string> {
  const end = performance.now() + limitMs;
  for (;;) {
    const state = await jobPodState(cluster, job, signal).catch(asMissing);
    // A simulated node may report any state of its pods, also an end.
    if (state.is !== 'waiting') await refuseSimulated(cluster, state.node, signal);
    if (state.is === 'terminal') throw new JobError('absent', state.why);
    if (state.is === 'ready') return state.pod;
    if (performance.now() > end) throw new JobError('timeout', `${state.why}, after ${Math.round(limitMs / 1_000)} s`);
    await delay(POLL_MS, undefined, { signal });
  }
}

/** Returns the state of a job's pod, from its events if there is no pod yet. Throws KubectlError. */
export async function jobPodState(
  cluster: Kubectl,
  { name, namespace }: { readonly name: string; readonly namespace: string },
  signal: AbortSignal,
): Promise<PodState> {
  const base = `/api/v1/namespaces/${namespace}`;
  const whole = (item: unknown): unknown => item;
  const pods = await cluster.list(`${base}/pods?labelSelector=difyctl%2Fjob%3D${name}`, whole, signal);
  if (pods.length > 0) return podState(pods[0], []);
  // Without the right to read events, the run waits until the time limit.
  const events = await cluster
    .list(`${base}/events?fieldSelector=involvedObject.name%3D${name}`, whole, signal)
    .catch((error: unknown) => {
      if (error instanceof KubectlError && error.reason === 'forbidden') return [];
      throw error;
    });
  return podState(undefined, events);
}

async function refuseSimulated(cluster: Kubectl, node: string | undefined, signal: AbortSignal): Promise<void> {
  if (node === undefined) return;
  const simulated = await simulatedNodes(cluster, signal);
  if (simulated.has(node)) {
    throw new JobError('absent', `its pod is on node ${node}, which is simulated (kwok): it runs no processes`);
  }
}

function asMissing(error: unknown): never {
  if (!(error instanceof KubectlError)) throw error;
  const outcome = error.reason === 'forbidden' || error.reason === 'unauthorized' ? 'denied' : 'absent';
  throw new JobError(outcome, error.message);
}
